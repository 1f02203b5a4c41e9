using System.Diagnostics;
using FlashDiffusion.V1;
using Grpc.Core;

namespace FlashDiffusion.Client;

/// <summary>Spans and metrics of one reconstruction over all of its streams.</summary>
internal sealed class ReconstructionTrace : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly Activity? _span;
    private int _attempts;
    private bool _progressed;
    private bool _completed;
    private StatusCode? _failure;

    public ReconstructionTrace(TimeProvider clock)
    {
        (_clock, _start) = (clock, clock.GetTimestamp());
        _span = StartDetached("flashdiffusion.reconstruct", ActivityKind.Internal, default);
        FlashClientTelemetry.Active.Add(1);
    }

    /// <summary>Begins the span of one stream.</summary>
    public AttemptTrace Attempt(Uri server)
    {
        _attempts++;
        var span = StartDetached("flashdiffusion.reconstruct.attempt", ActivityKind.Client, _span?.Context ?? default);
        span?.SetTag("server.address", server.Host).SetTag("server.port", server.Port).SetTag("flashdiffusion.attempt", _attempts);
        return new AttemptTrace(span);
    }

    /// <summary>The caller sees an event.</summary>
    public void See(ReconstructionEvent happened)
    {
        _failure = null;
        switch (happened)
        {
            case ReconstructionAccepted { Plan: var plan }:
                Tag(plan);
                break;
            case ReconstructionResumed resumed:
                Tag(resumed.Plan);
                _span?.AddEvent(new ActivityEvent("resumed", tags: new ActivityTagsCollection
                {
                    ["flashdiffusion.step"] = resumed.Step,
                    ["flashdiffusion.exact"] = resumed.IsExact,
                    ["server.address"] = resumed.Server.Host,
                    ["server.port"] = resumed.Server.Port,
                }));
                break;
            case ReconstructionProgress when !_progressed:
                _progressed = true;
                FlashClientTelemetry.TimeToFirstProgress.Record(_clock.GetElapsedTime(_start).TotalSeconds);
                break;
            case ReconstructionCompleted:
                _completed = true;
                break;
        }
    }

    /// <summary>A stream broke, or the server refused.</summary>
    public void Break(FlashException failure)
    {
        End(failure);
        FlashClientTelemetry.Breaks.Add(1, new KeyValuePair<string, object?>("error.type", StatusName.Of(failure.Code)));
    }

    /// <summary>It may end with this.</summary>
    public void End(FlashException failure) => _failure = failure.Code;

    public void Dispose()
    {
        FlashClientTelemetry.Active.Add(-1);
        // Who leaves the loop has cancelled.
        var error = _completed ? null : StatusName.Of(_failure ?? StatusCode.Cancelled);
        var tags = default(TagList);
        if (error is not null)
        {
            tags.Add("error.type", error);
            _span?.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);
        }

        FlashClientTelemetry.ReconstructionDuration.Record(_clock.GetElapsedTime(_start).TotalSeconds, tags);
        _span?.SetTag("flashdiffusion.attempts", _attempts);
        StopDetached(_span);
    }

    private void Tag(Accepted plan) => _span?.SetTag("flashdiffusion.model", plan.Model).SetTag("flashdiffusion.solver", plan.Solver)
        .SetTag("flashdiffusion.adaptation", plan.Adaptation).SetTag("flashdiffusion.start_timestep", plan.StartTimestep)
        .SetTag("flashdiffusion.steps", plan.TotalSteps);

    /// <summary>Stops a span and leaves the caller's current one as it is.</summary>
    internal static void StopDetached(Activity? span)
    {
        var current = Activity.Current;
        span?.Dispose();
        Activity.Current = current;
    }

    /// <summary>Starts a span without making it current: an iterator runs in the context of whoever asks for the next event.</summary>
    private static Activity? StartDetached(string name, ActivityKind kind, ActivityContext parent)
    {
        var current = Activity.Current;
        var span = parent == default ? FlashClientTelemetry.Source.StartActivity(name, kind) : FlashClientTelemetry.Source.StartActivity(name, kind, parent);
        Activity.Current = current;
        return span;
    }
}
