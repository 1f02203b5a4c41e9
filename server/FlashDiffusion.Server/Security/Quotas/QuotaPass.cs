namespace FlashDiffusion.Server.Security.Quotas;

/// <summary>Leave to do work, which holds its place until it is disposed of.</summary>
/// <param name="place">What holds the place.</param>
/// <param name="account">Where its steps are taken from; null if they are not counted.</param>
internal sealed class QuotaPass(IDisposable place, StepAccount? account) : IDisposable
{
    /// <summary>Takes the steps of the plan.</summary>
    public void Take(int steps) => account?.Take(steps);

    public void Dispose() => place.Dispose();
}
