namespace FlashDiffusion.Client;

/// <summary>A stream broke, and the reconstruction goes on.</summary>
/// <param name="Server">Where it goes on.</param>
/// <param name="Step">Steps that need not be done again; 0 if it begins again.</param>
/// <param name="IsExact">Whether that server promises the very bits of an uninterrupted reconstruction.</param>
/// <param name="Reason">What had happened, for people.</param>
public sealed record ReconstructionResumed(Uri Server, int Step, bool IsExact, string Reason) : ReconstructionEvent;
