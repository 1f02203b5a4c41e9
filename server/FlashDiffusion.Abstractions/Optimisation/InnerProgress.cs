namespace FlashDiffusion.Optimisation;

/// <summary>Where the rows stand after a chunk.</summary>
/// <param name="State">The optimiser's state, to be carried on in scratch.</param>
/// <param name="Completed">Per row, whether it stopped or has made all its updates: <see cref="StepOutput.Completed"/>.</param>
public sealed record InnerProgress(AdamState State, bool[] Completed);
