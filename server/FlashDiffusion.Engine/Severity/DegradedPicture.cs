using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Engine.Severity;

/// <summary>A degraded picture.</summary>
/// <param name="Measurement">y on [-1, 1], unclipped, in the operator's measurement shape; removed pixels are 0.</param>
/// <param name="Preview">What it looks like, (3, H, W) on [-1, 1], unclipped; removed pixels are -1.</param>
internal sealed record DegradedPicture(HostTensor Measurement, HostTensor Preview);
