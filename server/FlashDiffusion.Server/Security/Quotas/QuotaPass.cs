namespace FlashDiffusion.Server.Security.Quotas;

/// <summary>Leave to do work, which holds its place until it is disposed of.</summary>
/// <param name="place">What holds the place.</param>
/// <param name="account">Where its steps are taken from; null if they are not counted.</param>
/// <param name="setAside">Steps that are set aside there until its plan is known.</param>
internal sealed class QuotaPass(IDisposable place, StepAccount? account, int setAside) : IDisposable
{
    private int _setAside = setAside;
    private int _taken;

    /// <summary>Takes the steps of the plan, instead of what was set aside; of a plan in the place of another one the difference, which is given back if it is shorter.</summary>
    /// <param name="steps">All that the plan has.</param>
    public void Take(int steps)
    {
        account?.Take(steps - Interlocked.Exchange(ref _taken, steps));
        GiveBack();
    }

    public void Dispose()
    {
        place.Dispose();
        GiveBack();
    }

    private void GiveBack()
    {
        if (Interlocked.Exchange(ref _setAside, 0) is > 0 and var steps)
        {
            account?.GiveBack(steps);
        }
    }
}
