using System.Threading.RateLimiting;
using FlashDiffusion.Server.Security.Quotas;

namespace FlashDiffusion.Server.Retention;

/// <summary>Leave to begin a reconstruction. Disposed of more than once or not, it gives back its place to be read, and its quota if nobody took that over.</summary>
/// <param name="place">Where it waits to be read.</param>
/// <param name="pass">Its place and steps among the caller's own.</param>
internal sealed class Entrance(RateLimitLease place, QuotaPass pass) : IDisposable
{
    private bool _over;

    /// <summary>The caller's quota; takes the steps of the plan when there is one.</summary>
    public QuotaPass Pass => pass;

    /// <summary>Hands the quota over to who holds it until the end of the work.</summary>
    public QuotaPass HandOver()
    {
        _over = true;
        return pass;
    }

    public void Dispose()
    {
        place.Dispose();
        if (!_over)
        {
            _over = true;
            pass.Dispose();
        }
    }
}
