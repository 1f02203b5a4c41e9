using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Security.Quotas;
using Grpc.Core;

namespace FlashDiffusion.Server.Services;

/// <summary>Reconstructs, estimates, degrades. The only layer that knows gRPC; errors come to it as values.</summary>
internal sealed class ReconstructionService(
    ServingState state,
    RequestMapper mapper,
    ReconstructionBeginning beginning,
    RetainedAnswers retained,
    ICallerIdentity callers,
    ReadingPlaces reading,
    CallerQuotas quotas,
    EventWriterFactory writers,
    FlashDiffusionTelemetry telemetry,
    ILogger<ReconstructionService> logger)
    : V1.ReconstructionService.ReconstructionServiceBase
{
    public override async Task Reconstruct(
        V1.ReconstructRequest request, IServerStreamWriter<V1.ReconstructResponse> responseStream, ServerCallContext context)
    {
        var begun = await BeginAsync(request, context);

        // Headers commit the call: a client no longer retries it by itself. So they go out only after admission.
        await context.WriteResponseHeadersAsync([]);
        if (await writers.Create(begun, responseStream, context).RunAsync() is { } failure)
        {
            throw Refuse(failure);
        }
    }

    public override async Task<V1.EstimateSeverityResponse> EstimateSeverity(V1.EstimateSeverityRequest request, ServerCallContext context)
    {
        using var visit = Enter();
        using var pass = Value(quotas.Work(callers.Of(context)));
        var (mapped, resolved) = await ReadAsync(visit, context, () => mapper.Map(request, visit.Context).Counted(telemetry).With(read => OperatorWriter.Write(read.Operator, read.Picture)));
        var report = Value(await visit.Context.Engine.EstimateSeverityAsync(mapped with { Caller = new CallerKey(callers.Of(context)) }, context.CancellationToken, visit.Context.Hold(mapped)));
        var response = new V1.EstimateSeverityResponse
        {
            Severity = report.Severity,
            StartTimestep = report.StartTimestep,
            SeverityReliable = report.SeverityReliable,
            Operator = resolved,
            Latent = report.Latent is { } latent ? TensorWriter.Write(latent) : null,
            DecodedMean = report.DecodedMean is { } mean ? PictureWriter.Write(PictureWriter.ToPicture(mean), V1.PictureFormat.Png) : null,
        };
        if (report.MeanResidual is { } residual)
        {
            response.MeanResidual = residual;
        }

        response.Notices.AddRange(report.Notices.Select(EventMapper.Notice));
        return response;
    }

    public override async Task<V1.DegradeResponse> Degrade(V1.DegradeRequest request, ServerCallContext context)
    {
        using var visit = Enter();
        using var pass = Value(quotas.Work(callers.Of(context)));
        var (mapped, resolved) = await ReadAsync(visit, context, () => mapper.Map(request, visit.Context).Counted(telemetry)
            .With(read => OperatorWriter.Write(read.Request.Operator, new PictureShape(read.Clean.Height, read.Clean.Width))));
        var degraded = Value(await visit.Context.Engine.DegradeAsync(mapped.Request, context.CancellationToken, visit.Context.Hold(mapped.Request)));
        return new V1.DegradeResponse
        {
            Measurement = OperatorWriter.WriteMeasurement(degraded.Measurement, mapped.Request.Operator.Family.Descriptor.Measurement),
            Preview = PictureWriter.Write(PictureWriter.ToPicture(degraded.Preview), V1.PictureFormat.Png),
            Clean = PictureWriter.Write(mapped.Clean, V1.PictureFormat.Png),
            Seed = mapped.Request.Seed,
            Operator = resolved,
        };
    }

    public override async Task<V1.GetReconstructionResponse> GetReconstruction(V1.GetReconstructionRequest request, ServerCallContext context) =>
        Value(await retained.GetAsync(request, callers.Of(context), context.CancellationToken));

    public override async Task<V1.CancelReconstructionResponse> CancelReconstruction(V1.CancelReconstructionRequest request, ServerCallContext context) =>
        Value(await retained.CancelAsync(request, callers.Of(context), context.CancellationToken));

    /// <summary>When the caller stops waiting; null for never.</summary>
    public static DateTimeOffset? DeadlineOf(ServerCallContext context) =>
        context.Deadline == DateTime.MaxValue ? null : new DateTimeOffset(context.Deadline.ToUniversalTime());

    private async Task<BegunReconstruction> BeginAsync(V1.ReconstructRequest request, ServerCallContext context)
    {
        using var visit = Enter();
        return Value(await beginning.BeginAsync(request, callers.Of(context), visit.Context, DeadlineOf(context), context.CancellationToken));
    }

    private async Task<T> ReadAsync<T>(ServingVisit visit, ServerCallContext context, Func<Mapped<T>> read)
        where T : class
    {
        using var untilRead = Value(reading.Work(callers.Of(context)));
        return Value(Value(await visit.Context.Engine.AdmitAsync(() => context.CancellationToken.IsCancellationRequested ? Mapped<T>.Refused(EngineErrors.Gone) : read(), context.CancellationToken)));
    }

    private ServingVisit Enter() => state.TryEnter(out var visit, out var error) ? visit : throw Refuse(error);

    private T Value<T>(DeviceAnswer<T> answer)
        where T : class => answer switch
        {
            { Value: { } value } => value,
            { Rejection: { } rejection } => throw Refuse(EngineErrors.Of(rejection)),
            { Failure: { } failure } => throw Refuse(EngineErrors.Of(failure)),
            _ => throw new InvalidOperationException("The engine answered with nothing."),
        };

    private T Value<T>(Mapped<T> answer)
        where T : class => answer.TryGet(out var value, out var error) ? value : throw Refuse(error);

    private RpcException Refuse(ServerError error) => RefusalLog.Refuse(logger, error);
}
