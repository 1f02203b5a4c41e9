namespace FlashDiffusion.EndToEnd.Tests.Resume;

/// <summary>A reconstruction that was followed to its end over two servers.</summary>
/// <param name="Hash">SHA-256 of its picture and latent.</param>
/// <param name="Steps">Steps that it took.</param>
/// <param name="KilledAt">Step after which its server was killed; null if nobody did.</param>
/// <param name="ResumedAt">Step from which the other server went on, exactly; null if it had to do nothing, since the result was out already.</param>
internal sealed record Followed(string Hash, int Steps, int? KilledAt, int? ResumedAt);
