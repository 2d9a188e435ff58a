#include "op.h"

#include <cstdio>
#include <cstdlib>

namespace granary {
namespace {

/** TensorFlow's status of one call: throws what went wrong. */
class Status {
 public:
  ~Status() { TF_DeleteStatus(status_); }
  operator TF_Status*() const { return status_; }
  void check() const {
    if (TF_GetCode(status_) != TF_OK) throw std::runtime_error(TF_Message(status_));
  }

 private:
  TF_Status* status_ = TF_NewStatus();
};

/** Nothing can go wrong while ops are registered but a mistake in this library. */
void check_registered(const Status& status, const char* op) {
  if (TF_GetCode(status) == TF_OK) return;
  std::fprintf(stderr, "Granary's op %s could not be registered: %s\n", op, TF_Message(status));
  std::abort();
}

}  // namespace

std::vector<int64_t> Values::shape() const {
  std::vector<int64_t> dims(TF_NumDims(tensor_));
  for (size_t axis = 0; axis < dims.size(); axis++) dims[axis] = TF_Dim(tensor_, static_cast<int>(axis));
  return dims;
}

const Values& Values::of_rank(int rank, const char* name) const {
  if (TF_NumDims(tensor_) != rank)
    throw std::invalid_argument(std::string(name) + " has " + std::to_string(TF_NumDims(tensor_)) + " axes, not " +
                                std::to_string(rank));
  return *this;
}

const Values& Values::of_size(int64_t size, const char* name) const {
  if (this->size() != size)
    throw std::invalid_argument(std::string(name) + " has " + std::to_string(this->size()) + " values, not " +
                                std::to_string(size));
  return *this;
}

Values Call::input(int index) const {
  Status status;
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context_, index, &tensor, status);
  status.check();
  return Values(tensor);
}

Values Call::output(int index, const std::vector<int64_t>& shape) const {
  Status status;
  size_t bytes = sizeof(float);
  for (const int64_t side : shape) bytes *= static_cast<size_t>(side);
  TF_Tensor* tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes, status);
  status.check();
  return Values(tensor);
}

Values Call::output_in_place(int index, int from) const {
  const std::vector<int64_t> shape = input(from).shape();
  Status status;
  int forwarded;
  TF_Tensor* tensor = TF_ForwardInputOrAllocateOutput(context_, &from, 1, index, shape.data(), static_cast<int>(shape.size()),
                                                      &forwarded, status);
  status.check();
  return Values(tensor);
}

float Node::number(const char* attribute) const {
  Status status;
  float value = 0;
  TF_OpKernelConstruction_GetAttrFloat(construction_, attribute, &value, status);
  status.check();
  return value;
}

int64_t Node::whole(const char* attribute) const {
  Status status;
  int64_t value = 0;
  TF_OpKernelConstruction_GetAttrInt64(construction_, attribute, &value, status);
  status.check();
  return value;
}

void define_op(const Op& op, void (*infer)(TF_ShapeInferenceContext*, TF_Status*)) {
  TF_OpDefinitionBuilder* builder = TF_NewOpDefinitionBuilder(op.name);
  for (const char* input : op.inputs) TF_OpDefinitionBuilderAddInput(builder, (std::string(input) + ": float").c_str());
  for (const auto& [output, shape] : op.outputs)
    TF_OpDefinitionBuilderAddOutput(builder, (std::string(output) + ": float").c_str());
  for (const char* attribute : op.attributes) TF_OpDefinitionBuilderAddAttr(builder, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, infer);
  Status status;
  TF_RegisterOpDefinition(builder, status);  // Takes the builder.
  check_registered(status, op.name);
}

void infer_shapes(const Op& op, TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_SetStatus(status, TF_OK, "");
  for (size_t i = 0; i < op.outputs.size() && TF_GetCode(status) == TF_OK; i++) {
    const Shape shape = op.outputs[i].second;
    if (shape == kUnknown) continue;
    TF_ShapeHandle* handle = TF_NewShapeHandle();
    TF_ShapeInferenceContextGetInput(context, shape == kRows ? 0 : shape, handle, status);
    if (shape == kRows && TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSubshape(context, handle, 0, 1, handle, status);
    if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, static_cast<int>(i), handle, status);
    TF_DeleteShapeHandle(handle);
  }
}

void define_kernel(const char* op, void* (*create)(TF_OpKernelConstruction*), void (*compute)(void*, TF_OpKernelContext*),
                   void (*remove)(void*)) {
  Status status;
  TF_RegisterKernelBuilder(op, TF_NewKernelBuilder(op, "CPU", create, compute, remove), status);
  check_registered(status, op);
}

void fail(TF_OpKernelConstruction* construction, const char* message) {
  Status status;
  TF_SetStatus(status, TF_INVALID_ARGUMENT, message);
  TF_OpKernelConstruction_Failure(construction, status);
}

void fail(TF_OpKernelContext* context, const char* message) {
  Status status;
  TF_SetStatus(status, TF_INVALID_ARGUMENT, message);
  TF_OpKernelContext_Failure(context, status);
}

}  // namespace granary
