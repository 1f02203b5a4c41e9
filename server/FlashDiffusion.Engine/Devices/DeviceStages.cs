using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Probes;

namespace FlashDiffusion.Engine.Devices;

/// <summary>What runs on a device, one for each <see cref="Scheduling.Stage"/>.</summary>
/// <param name="Severity">Looks at measurements.</param>
/// <param name="Steps">Takes steps.</param>
/// <param name="Decode">Decodes what is finished.</param>
/// <param name="Split">Ran the last batch of the two above.</param>
internal sealed record DeviceStages(SeverityStage Severity, StepStage Steps, DecodeStage Decode, BatchSplit Split);
