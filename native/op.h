#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"

/** TensorFlow's C interface for ops of one's own, as far as it is needed here: float32 on the processor. */
namespace granary {

/** A tensor of single-precision numbers that a kernel reads or writes. */
class Values {
 public:
  explicit Values(TF_Tensor* tensor) : tensor_(tensor) {}
  Values(Values&& other) noexcept : tensor_(other.tensor_) { other.tensor_ = nullptr; }
  Values(const Values&) = delete;
  ~Values() {
    if (tensor_ != nullptr) TF_DeleteTensor(tensor_);
  }

  float* data() const { return static_cast<float*>(TF_TensorData(tensor_)); }
  int64_t dim(int axis) const { return TF_Dim(tensor_, axis); }
  int64_t size() const { return TF_TensorElementCount(tensor_); }
  std::vector<int64_t> shape() const;
  /** Throws unless it has this many axes. */
  const Values& of_rank(int rank, const char* name) const;
  /** Throws unless it has this many values. */
  const Values& of_size(int64_t size, const char* name) const;

 private:
  TF_Tensor* tensor_;
};

/** One call of a kernel. What is thrown in it becomes the op's error. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context) {}

  Values input(int index) const;
  Values output(int index, const std::vector<int64_t>& shape) const;
  /**
   * An output of the shape of input `from`, in that input's memory if nobody else needs it. To be asked for before input(from):
   * whoever holds an input needs it.
   */
  Values output_in_place(int index, int from) const;

 private:
  TF_OpKernelContext* context_;
};

/** A node's attributes while its kernel is made. */
class Node {
 public:
  explicit Node(TF_OpKernelConstruction* construction) : construction_(construction) {}
  float number(const char* attribute) const;
  int64_t whole(const char* attribute) const;

 private:
  TF_OpKernelConstruction* construction_;
};

/** The shape of an output: that of an input, of the first axis of the first input, or not known before it is computed. */
enum Shape : int { kUnknown = -2, kRows = -1, kInput0, kInput1, kInput2, kInput3, kInput4 };

/** An op as it is registered. */
struct Op {
  const char* name;
  /** By name; all are float32. */
  std::vector<const char*> inputs;
  std::vector<std::pair<const char*, Shape>> outputs;
  /** In TensorFlow's notation: "epsilon: float". */
  std::vector<const char*> attributes;
};

void define_op(const Op& op, void (*infer)(TF_ShapeInferenceContext*, TF_Status*));
void infer_shapes(const Op& op, TF_ShapeInferenceContext* context, TF_Status* status);
void define_kernel(const char* op, void* (*create)(TF_OpKernelConstruction*), void (*compute)(void*, TF_OpKernelContext*),
                   void (*remove)(void*));
void fail(TF_OpKernelConstruction* construction, const char* message);
void fail(TF_OpKernelContext* context, const char* message);

/**
 * Registers an op and its kernel. A Kernel has `static Op op()`, a constructor from a Node, and `void compute(const Call&) const`.
 * To be called while the library is loaded, as the initial value of a constant.
 */
template <class Kernel>
bool registered() {
  define_op(Kernel::op(), [](TF_ShapeInferenceContext* context, TF_Status* status) {
    static const Op op = Kernel::op();
    infer_shapes(op, context, status);
  });
  define_kernel(
      Kernel::op().name,
      [](TF_OpKernelConstruction* construction) -> void* {
        try {
          return new Kernel(Node(construction));
        } catch (const std::exception& error) {
          fail(construction, error.what());
          return nullptr;
        }
      },
      [](void* kernel, TF_OpKernelContext* context) {
        try {
          static_cast<const Kernel*>(kernel)->compute(Call(context));
        } catch (const std::exception& error) {
          fail(context, error.what());
        }
      },
      [](void* kernel) { delete static_cast<Kernel*>(kernel); });
  return true;
}

}  // namespace granary
