namespace FlashDiffusion.Client;

/// <summary>
/// What happens to a reconstruction: one <see cref="ReconstructionAccepted"/>, then <see cref="ReconstructionProgress"/> and, where a stream
/// broke, <see cref="ReconstructionResumed"/>, at the end one <see cref="ReconstructionCompleted"/>.
/// </summary>
public abstract record ReconstructionEvent;
