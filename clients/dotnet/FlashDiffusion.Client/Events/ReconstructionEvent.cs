namespace FlashDiffusion.Client;

/// <summary>
/// What happens to a reconstruction: one <see cref="ReconstructionAccepted"/>, then <see cref="ReconstructionProgress"/> and, where a stream
/// broke, <see cref="ReconstructionResumed"/> with what the server that goes on says, at the end one <see cref="ReconstructionCompleted"/>.
/// </summary>
public abstract record ReconstructionEvent;
