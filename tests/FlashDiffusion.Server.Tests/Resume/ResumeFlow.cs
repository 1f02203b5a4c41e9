using System.Collections.Immutable;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using TorchSharp;

namespace FlashDiffusion.Server.Tests.Resume;

/// <summary>A reconstruction that one server began, and what another one says to its continuation.</summary>
internal sealed class ResumeFlow
{
    private const int StartIndex = 5;

    /// <param name="scene">The server that began it.</param>
    /// <param name="mode">The request's compute mode.</param>
    /// <param name="solver">The request's solver; the default one if null.</param>
    /// <param name="models">What the server serves; a fake model without presets if null.</param>
    /// <param name="limit">Seconds of the request's time limit; null for none.</param>
    public ResumeFlow(ResumeScene? scene = null, V1.ComputeMode mode = V1.ComputeMode.Unspecified, V1.SolverChoice? solver = null, MapperScene? models = null, double? limit = null)
    {
        Models = models ?? new MapperScene();
        First = scene ?? new ResumeScene(ResumeScene.Key(1));
        Request = MapperScene.Fine();
        (Request.Mode, Request.Solver) = (mode, solver);
        Request.Progress = new V1.ProgressOptions { CheckpointEverySteps = 2 };
        Limit(limit);
        Assert.True(MapperScene.MapperWith(First).Map(Request, Models.Context, null).TryGet(out var mapped, out var error), error?.Message);
        Checkpoint = mapped.Checkpoints!.Write(StateOf(mapped.Request));
        Request.Seed = 7;
        GoOnFrom(Checkpoint);
    }

    public MapperScene Models { get; }

    public ResumeScene First { get; }

    /// <summary>The request as the client sends it again; a test may change it.</summary>
    public V1.ReconstructRequest Request { get; }

    public V1.Checkpoint Checkpoint { get; }

    /// <summary>Gives the request a time limit in seconds; null for none.</summary>
    public void Limit(double? seconds) =>
        Request.Scheduling = seconds is { } limit ? new V1.Scheduling { TimeLimit = Duration.FromTimeSpan(TimeSpan.FromSeconds(limit)) } : null;

    /// <summary>Has the client go on from another checkpoint.</summary>
    public void GoOnFrom(V1.Checkpoint checkpoint) => Request.ResumeFrom = new V1.ResumeFrom { Token = checkpoint.Token, Checkpoint = checkpoint.Data };

    /// <summary>Maps it on a server; the first one if none is named.</summary>
    public Mapped<MappedReconstruction> Continue(ResumeScene? on = null, MapperScene? models = null) =>
        MapperScene.MapperWith(on ?? First).Map(Request, (models ?? Models).Context, null);

    public MappedReconstruction Continued(ResumeScene? on = null)
    {
        Assert.True(Continue(on).TryGet(out var mapped, out var error), error?.Message);
        Assert.True(ResumeChecker.Fits(mapped.Request));
        return mapped;
    }

    public ServerError Refusal(ResumeScene? on = null, MapperScene? models = null)
    {
        Assert.False(Continue(on, models).TryGet(out _, out var error));
        return error;
    }

    public static ByteString Damaged(ByteString bytes, int at)
    {
        var damaged = bytes.ToByteArray();
        damaged[at] ^= 1;
        return ByteString.CopyFrom(damaged);
    }

    /// <summary>A state after two steps of a request.</summary>
    public static Checkpoint StateOf(ReconstructionRequest request)
    {
        var piece = Workpiece.Of(request.Model, request.Operator, request.Measurement, request.Picture);
        var steps = request.Solver.Plan(SampleFactory.SpecOf(request, piece, StartIndex)).Steps;
        long[] shape = [piece.Latent.Channels, piece.Latent.Height, piece.Latent.Width];
        return new Checkpoint
        {
            State = new SampleState(2, new SavedTensor(torch.ScalarType.Float32, [.. shape], new byte[4 * piece.Latent.Elements]), ImmutableSortedDictionary<string, SavedTensor>.Empty),
            Start = new StartDecision { Mode = AdaptationMode.Auto, Index = StartIndex, Severity = 0.25, SignalScale = 0.5f, NoiseScale = 0.75f, Notices = [new Notice("SEVERITY_OUT_OF_RANGE", "It was doubted.")] },
            Plan = PlanDigest.Of(steps),
            Calls = new StepCost(2, 2, 2, 2),
            SeverityCalls = 1,
            QueueTime = TimeSpan.FromSeconds(1),
            ComputeTime = TimeSpan.FromSeconds(2),
        };
    }
}
