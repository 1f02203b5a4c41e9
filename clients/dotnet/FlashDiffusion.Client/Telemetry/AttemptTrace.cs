using System.Diagnostics;
using Grpc.Core;

namespace FlashDiffusion.Client;

/// <summary>The span of one stream; null where nobody listens.</summary>
internal sealed class AttemptTrace(Activity? span) : IDisposable
{
    /// <summary>
    /// Call options that make the span the parent of the server's. Left to itself HTTP would put a span of its own between, which most
    /// programs do not record, and their traces would fall apart.
    /// </summary>
    public CallOptions Carry(CallOptions options)
    {
        if (span is null)
        {
            return options;
        }

        var headers = new Metadata();
        foreach (var entry in options.Headers ?? [])
        {
            headers.Add(entry);
        }

        DistributedContextPropagator.Current.Inject(span, headers, static (carrier, name, value) => ((Metadata)carrier!).Add(name, value));
        return options.WithHeaders(headers);
    }

    public void Break(FlashException failure) =>
        span?.SetTag("error.type", StatusName.Of(failure.Code)).SetTag("flashdiffusion.reason", failure.Reason).SetStatus(ActivityStatusCode.Error);

    public void Dispose() => ReconstructionTrace.StopDetached(span);
}
