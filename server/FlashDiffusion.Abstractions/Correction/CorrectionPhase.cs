namespace FlashDiffusion.Correction;

/// <summary>Part of a corrected move; each is a step of its own, since each batches with its like only.</summary>
internal enum CorrectionPhase
{
    /// <summary>One look of the denoiser, the unconditional move, and the start of the solve.</summary>
    Predict,

    /// <summary>The inner optimiser, chunk by chunk.</summary>
    Solve,

    /// <summary>Back to the noise level of the trajectory.</summary>
    Resample,
}
