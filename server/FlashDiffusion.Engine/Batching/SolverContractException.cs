namespace FlashDiffusion.Engine.Batching;

/// <summary>A solver returned something that its contract does not allow.</summary>
/// <param name="message">What.</param>
internal sealed class SolverContractException(string message) : Exception(message);
