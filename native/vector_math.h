#pragma once

#include <cstdint>
#include <cstring>

/**
 * Marks a loop's function to be compiled for several instruction sets, of which the machine's best is taken when the library is
 * loaded. What it calls must be GRANARY_INLINE.
 */
#if defined(__x86_64__) && defined(__linux__) && !defined(__clang__) && __GNUC__ >= 12
#define GRANARY_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#elif defined(__x86_64__) && defined(__linux__)
// Older GCCs cannot choose by these levels, and clang 14 then always chooses the default.
#define GRANARY_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define GRANARY_CLONES
#endif
#define GRANARY_INLINE inline __attribute__((always_inline))

namespace granary {

/** e^x in single precision (relative error under 2e-7), without a branch, for x ≤ 0; below -87 it stays at e^-87. */
GRANARY_INLINE float exp_of_negative(float x) {
  x = x < -87.0f ? -87.0f : x;
  // x = n·ln 2 + r, |r| ≤ ½ ln 2: adding 1.5·2^23 rounds to a whole number, which the sum's low bits then hold.
  const float shifted = x * 1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  // Taylor's terms to r^7.
  float sum = 1.0f / 5040;
  sum = sum * r + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  int32_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = static_cast<int32_t>((static_cast<uint32_t>(bits) << 23) + 0x3f800000u);
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return sum * power;
}

/** The standard normal distribution at a place: how much lies below it, and its density. */
struct Normal {
  float below;
  float density;
};

/**
 * Both to single precision, the tails too. What lies beyond z ≥ 0 is the density times Mills' ratio, which is smooth: in
 * t = 1/(1 + 0.32 z) a polynomial of degree 9 gives it to 2e-8 (fitted for z up to 14 by Lawson's reweighted least squares).
 */
GRANARY_INLINE Normal normal_at(float x) {
  const float z = x < 0.0f ? -x : x;
  const float e = exp_of_negative(-0.5f * x * x);
  const float t = 1.0f / (1.0f + 0.32f * z);
  float ratio = -0.0210609511f;
  ratio = ratio * t + 0.133807272f;
  ratio = ratio * t - 0.321563214f;
  ratio = ratio * t + 0.328227937f;
  ratio = ratio * t - 0.135687709f;
  ratio = ratio * t + 0.162438914f;
  ratio = ratio * t + 0.0957809016f;
  ratio = ratio * t + 0.130655333f;
  ratio = ratio * t + 0.127390936f;
  ratio = ratio * t + 1.05716699e-05f;
  const float beyond = e * ratio;
  return {x < 0.0f ? beyond : 1.0f - beyond, e * 0.398942280f};
}

}  // namespace granary
