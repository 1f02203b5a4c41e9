using FlashDiffusion.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.Client.Tests.FakeServer;

/// <summary>
/// Degrades by halving the contrast and reconstructs by undoing it in a number of steps, so that tests know every number.
/// </summary>
internal sealed class FakeReconstruction : ReconstructionService.ReconstructionServiceBase
{
    public const int Steps = 12;

    /// <summary>The last request, as it arrived.</summary>
    public ReconstructRequest? LastReconstruction { get; private set; }

    /// <summary>The last request, as it arrived.</summary>
    public DegradeRequest? LastDegradation { get; private set; }

    /// <summary>The headers of every reconstruction, as they arrived.</summary>
    public List<Metadata> Headers { get; } = [];

    /// <summary>The deadline of every reconstruction, universal; the largest time for none.</summary>
    public List<DateTime> Deadlines { get; } = [];

    /// <summary>Thrown by every call, if set.</summary>
    public RpcException? Failure { get; set; }

    /// <summary>Waits after the first event until the caller gives up.</summary>
    public bool Hangs { get; set; }

    /// <summary>Every request, as it arrived.</summary>
    public List<ReconstructRequest> Reconstructions { get; } = [];

    /// <summary>Thrown by the next calls of Reconstruct, one each.</summary>
    public Queue<RpcException> Failures { get; } = [];

    /// <summary>Steps after which a call ends badly, one call each.</summary>
    public Queue<(int Step, FakeBreak How)> Breaks { get; } = [];

    /// <summary>Changes what it says that it will do, its number of steps included.</summary>
    public Action<Accepted>? Plans { get; set; }

    /// <summary>After how many steps it finds that there is time for fewer in all than it said, and for how many; null for never.</summary>
    public (int After, int Total)? Shortened { get; set; }

    /// <summary>What it knows of reconstructions, by their names.</summary>
    public Dictionary<string, ReconstructionState> Known { get; } = [];

    /// <summary>Why it cancels nothing; null if it does.</summary>
    public RpcException? CancelRefusal { get; set; }

    /// <summary>Set when a hanging call was cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task Reconstruct(
        ReconstructRequest request, IServerStreamWriter<ReconstructResponse> responseStream, ServerCallContext context)
    {
        ThrowIfAsked();
        RpcException? failure;
        lock (Reconstructions)
        {
            LastReconstruction = request;
            Reconstructions.Add(request);
            Headers.Add(context.RequestHeaders);
            Deadlines.Add(context.Deadline);
            Failures.TryDequeue(out failure);
        }

        if (failure is not null)
        {
            throw failure;
        }

        var (breakStep, how) = Breaks.TryDequeue(out var planned) ? planned : (int.MaxValue, FakeBreak.Abort);
        var sequence = 0ul;
        var picture = Scaled(request.Measurement, value => (2 * value) - 0.5f);
        var accepted = MakeAccepted(request);
        Plans?.Invoke(accepted);
        await responseStream.WriteAsync(new ReconstructResponse { Sequence = sequence++, Accepted = accepted }, context.CancellationToken);
        if (Hangs)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
            finally
            {
                Cancelled.TrySetResult();
            }
        }

        for (var step = FakeCheckpoint.StepOf(request) + 1; step <= Total(step, accepted); step++)
        {
            var progress = new Progress { Step = step, TotalSteps = Total(step, accepted), Timestep = accepted.TotalSteps - step, Preview = request.Progress is null ? null : picture };
            progress.Latent = request.Progress is { IncludeLatent: true } ? TensorValues.ToTensor([step], 1) : null;
            progress.Checkpoint = request.Progress is { CheckpointEverySteps: > 0 and var every } && step % every == 0 ? FakeCheckpoint.Of(step) : null;
            if (step == breakStep && how == FakeBreak.DamagedTensor)
            {
                progress.Latent = TensorValues.ToTensor([1, 2], 2);
                progress.Latent.Crc32 = 1;
            }

            sequence += step == breakStep && how == FakeBreak.MissingEvent ? 1u : 0u;
            await responseStream.WriteAsync(new ReconstructResponse { Sequence = sequence++, Progress = progress }, context.CancellationToken);
            if (step == breakStep)
            {
                await BreakAsync(how, context);
            }
        }

        var cost = new Cost { Steps = Steps, UnetForward = 2 * Steps, FullSteps = 1000, ComputeTime = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)) };
        var result = new Result { Picture = picture, Seed = request.Seed, Cost = cost };
        if (Shortened is { Total: var left })
        {
            cost.Steps = left;
            result.Notices.Add(new Notice { Code = "TRAJECTORY_SHORTENED", Message = $"It took {left} steps instead of {accepted.TotalSteps}." });
        }

        await responseStream.WriteAsync(new ReconstructResponse { Sequence = sequence, Result = result }, context.CancellationToken);
    }

    public override Task<DegradeResponse> Degrade(DegradeRequest request, ServerCallContext context)
    {
        ThrowIfAsked();
        LastDegradation = request;
        var measurement = Scaled(request.Picture, value => 0.25f + (value / 2));
        return Task.FromResult(new DegradeResponse { Measurement = measurement, Preview = measurement, Clean = request.Picture, Seed = request.Seed });
    }

    public override async Task<EstimateSeverityResponse> EstimateSeverity(EstimateSeverityRequest request, ServerCallContext context)
    {
        ThrowIfAsked();
        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        var answer = new EstimateSeverityResponse { Severity = 0.125, StartTimestep = 66, SeverityReliable = false };
        answer.Notices.Add(new Notice { Code = "SEVERITY_OUT_OF_RANGE", Message = "The blur is stronger than any in training." });
        answer.DecodedMean = request.IncludeDecodedMean ? request.Measurement : null;
        return answer;
    }

    public override Task<GetReconstructionResponse> GetReconstruction(GetReconstructionRequest request, ServerCallContext context)
    {
        var answer = new GetReconstructionResponse { RequestId = request.RequestId, State = StateOf(request.RequestId) };
        if (answer.State == ReconstructionState.Failed)
        {
            answer.Failure = new ReconstructionFailure { Code = (int)StatusCode.Internal, Reason = "SOLVER_FAULT" };
        }

        return Task.FromResult(answer);
    }

    public override Task<CancelReconstructionResponse> CancelReconstruction(CancelReconstructionRequest request, ServerCallContext context)
    {
        if (CancelRefusal is { } refusal)
        {
            throw refusal;
        }

        if (StateOf(request.RequestId) == ReconstructionState.Running)
        {
            Known[request.RequestId] = ReconstructionState.Cancelled;
        }

        return Task.FromResult(new CancelReconstructionResponse { State = Known[request.RequestId] });
    }

    private int Total(int step, Accepted accepted) => Shortened is { } shortened && step > shortened.After ? shortened.Total : accepted.TotalSteps;

    private ReconstructionState StateOf(string id) => Known.TryGetValue(id, out var state) ? state : throw FakeServer.Failures.Of(StatusCode.NotFound, "UNKNOWN_REQUEST_ID");

    private static async Task BreakAsync(FakeBreak how, ServerCallContext context)
    {
        switch (how)
        {
            case FakeBreak.Abort:
                // A reset overtakes what was not read yet.
                await Task.Delay(500, context.CancellationToken);
                context.GetHttpContext().Abort();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                break;
            case FakeBreak.Silence:
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                break;
            case FakeBreak.Cancelled:
                throw new RpcException(new Status(StatusCode.Cancelled, "The proxy lost its server."));
        }
    }

    private static Accepted MakeAccepted(ReconstructRequest request)
    {
        var accepted = new Accepted
        {
            Severity = 0.0123,
            SeverityReliable = true,
            StartTimestep = Steps - 1,
            TotalSteps = Steps,
            Eta = Duration.FromTimeSpan(TimeSpan.FromSeconds(3.21)),
            Seed = request.Seed,
            Model = "starter",
            ModelVersion = "1",
            Solver = "latent_dps",
            SolverVersion = "1.0",
            Adaptation = "AUTO",
        };
        accepted.Resumed = request.ResumeFrom is null ? null : new Resumption { Step = FakeCheckpoint.StepOf(request), Exact = true };
        accepted.Checkpoint = request.Progress is { CheckpointEverySteps: > 0 } ? FakeCheckpoint.Of(FakeCheckpoint.StepOf(request)) : null;
        accepted.DecodedMean = request.Progress?.IncludeDecodedMean == true ? request.Measurement : null;
        accepted.Notices.Add(new Notice { Code = "TEST", Message = "A notice for people." });
        return accepted;
    }

    private static Picture Scaled(Picture picture, Func<float, float> change)
    {
        var values = Array.ConvertAll(picture.Tensor.ToFloats(), value => change(value));
        return new Picture { Tensor = TensorValues.ToTensor(values, [.. picture.Tensor.Shape]) };
    }

    private void ThrowIfAsked()
    {
        if (Failure is not null)
        {
            throw Failure;
        }
    }
}
