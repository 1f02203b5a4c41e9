using System.Diagnostics;

namespace FlashDiffusion.Client;

/// <summary>The span of one stream; null where nobody listens.</summary>
internal sealed class AttemptTrace(Activity? span) : IDisposable
{
    /// <summary>Starts a call below the span, so that the server's spans have it as their parent.</summary>
    public T Call<T>(Func<T> start)
    {
        if (span is null)
        {
            return start();
        }

        var current = Activity.Current;
        Activity.Current = span;
        try
        {
            return start();
        }
        finally
        {
            Activity.Current = current;
        }
    }

    public void Break(FlashException failure) =>
        span?.SetTag("error.type", StatusName.Of(failure.Code)).SetTag("flashdiffusion.reason", failure.Reason).SetStatus(ActivityStatusCode.Error);

    public void Dispose() => ReconstructionTrace.StopDetached(span);
}
