#pragma once

// TensorFlow's kernels.h asks here whether it is built for a phone. It is not; the real header would come with many others.
