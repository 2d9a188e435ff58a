// Written by tests/fixtures/models/make_architecture_facts.py from timm 1.0.31: change it there.
import { type ArchitectureFacts, half, tag } from './tag.ts';

export const efficientnetLiteFacts = {
  tf_efficientnet_lite0: {
    parameters: 4_652_008,
    gmacs: 0.385,
    features: 1280,
    tags: [tag('in1k', half, 224, 0.875, 'bicubic', 1000, 'Apache-2.0')],
  },
  tf_efficientnet_lite1: {
    parameters: 5_416_680,
    gmacs: 0.6,
    features: 1280,
    tags: [tag('in1k', half, 240, 0.882, 'bicubic', 1000, 'Apache-2.0')],
  },
  tf_efficientnet_lite2: {
    parameters: 6_092_072,
    gmacs: 0.86,
    features: 1280,
    tags: [tag('in1k', half, 260, 0.89, 'bicubic', 1000, 'Apache-2.0')],
  },
  tf_efficientnet_lite3: {
    parameters: 8_197_096,
    gmacs: 1.608,
    features: 1280,
    tags: [tag('in1k', half, 300, 0.904, 'bilinear', 1000, 'Apache-2.0')],
  },
  tf_efficientnet_lite4: {
    parameters: 13_006_568,
    gmacs: 3.944,
    features: 1280,
    tags: [tag('in1k', half, 380, 0.92, 'bilinear', 1000, 'Apache-2.0')],
  },
} satisfies ArchitectureFacts;
