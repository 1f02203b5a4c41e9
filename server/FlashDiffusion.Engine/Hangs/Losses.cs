using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>What a device thread takes over from one that was lost. Device loop only.</summary>
/// <param name="Scheduler">Where work waits.</param>
/// <param name="Ends">How sessions end.</param>
/// <param name="Operators">Operators bound lately.</param>
internal sealed record Losses(LaneScheduler Scheduler, SessionEnds Ends, BoundOperators Operators);
