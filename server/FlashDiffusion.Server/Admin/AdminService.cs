using System.Diagnostics;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Telemetry;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Admin;

/// <summary>Statistics, levels of logs and traces, draining, models and plugins.</summary>
internal sealed class AdminService(
    ServingState state,
    HealthBoard health,
    ModelLifecycle models,
    PluginLifecycle plugins,
    FlashDiffusionTelemetry telemetry,
    RuntimeLogLevels levels,
    RuntimeSampler sampler,
    IConfiguration configuration,
    TimeProvider time,
    ILogger<AdminService> logger)
    : V1.AdminService.AdminServiceBase
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly DateTimeOffset Started = StartOfProcess();

    public override async Task<V1.GetStatisticsResponse> GetStatistics(V1.GetStatisticsRequest request, ServerCallContext context)
    {
        var response = new V1.GetStatisticsResponse { StartTime = Timestamp.FromDateTimeOffset(Started), Active = Active(), Draining = state.IsDraining };
        if (state.Context?.Engine is { } engine)
        {
            var statistics = await engine.StatisticsAsync(context.CancellationToken);
            (response.Accepted, response.Active) = (statistics.Requests.Accepted, statistics.Requests.Active);
            response.Devices.AddRange(statistics.Devices.Select(StatisticsMapper.Device));
        }

        response.Solvers.AddRange(telemetry.Tally.All
            .OrderBy(pair => pair.Key.Model, StringComparer.Ordinal).ThenBy(pair => pair.Key.Version, StringComparer.Ordinal).ThenBy(pair => pair.Key.Solver, StringComparer.Ordinal)
            .Select(pair => StatisticsMapper.Solver(pair.Key, pair.Value)));
        return response;
    }

    public override Task<V1.SetLogLevelResponse> SetLogLevel(V1.SetLogLevelRequest request, ServerCallContext context)
    {
        var problems = new RequestProblems();
        if (request.Level == V1.LogLevel.Unspecified || !System.Enum.IsDefined(request.Level))
        {
            problems.Add("level", "A level is required: LOG_LEVEL_TRACE to LOG_LEVEL_NONE.");
        }

        if (request.Category.Contains(':', StringComparison.Ordinal))
        {
            problems.Add("category", "A category is a name like FlashDiffusion.Server, without colons.");
        }

        ThrowIfAny(problems);
        var previous = RuntimeLogLevels.Of(configuration, request.Category);
        try
        {
            levels.Change(request.Category, (LogLevel)((int)request.Level - 1));
        }
        catch (Exception exception) when (exception is AggregateException or OptionsValidationException)
        {
            // The level has changed. All settings are read again for it, and a file that one of them names is broken at the moment: what was read before stays.
            Log.SettingsStay(logger, exception.GetBaseException().Message);
        }

        Log.LogLevelChanged(logger, request.Category.Length == 0 ? "everything" : request.Category, request.Level.ToString());
        return Task.FromResult(new V1.SetLogLevelResponse { PreviousLevel = previous is { } level ? (V1.LogLevel)((int)level + 1) : V1.LogLevel.Unspecified });
    }

    public override Task<V1.SetTraceSamplingResponse> SetTraceSampling(V1.SetTraceSamplingRequest request, ServerCallContext context)
    {
        var problems = new RequestProblems();
        if (!(request.Ratio is >= 0 and <= 1))
        {
            problems.Add("ratio", FormattableString.Invariant($"The share lies in [0, 1], but is {request.Ratio}."));
        }

        ThrowIfAny(problems);
        if (!sampler.IsInUse)
        {
            throw GrpcStatusMapper.ToException(new ServerError
            {
                Code = StatusCode.FailedPrecondition,
                Reason = ErrorReasons.NotReady,
                Message = "Nothing is traced by this setting: no collector is configured (OTEL_EXPORTER_OTLP_ENDPOINT), or OTEL_TRACES_SAMPLER decides.",
                Precondition = "traces",
            });
        }

        var previous = sampler.Ratio;
        sampler.Ratio = request.Ratio;
        return Task.FromResult(new V1.SetTraceSamplingResponse { PreviousRatio = previous });
    }

    public override async Task<V1.DrainResponse> Drain(V1.DrainRequest request, ServerCallContext context)
    {
        var wait = WaitOf(request.Wait);
        state.Drain();
        health.Update();
        Log.Drained(logger, Active());
        for (var began = time.GetTimestamp(); Active() > 0 && time.GetElapsedTime(began) < wait;)
        {
            await Task.Delay(Poll, time, context.CancellationToken);
        }

        return new V1.DrainResponse { Active = Active() };
    }

    public override async Task<V1.LoadModelResponse> LoadModel(V1.LoadModelRequest request, ServerCallContext context) =>
        new() { Model = Describe(Value(await models.LoadAsync(request.Model, request.ModelVersion))) };

    public override async Task<V1.UnloadModelResponse> UnloadModel(V1.UnloadModelRequest request, ServerCallContext context)
    {
        var response = new V1.UnloadModelResponse();
        response.Models.AddRange(Value(await models.UnloadAsync(request.Model, request.ModelVersion, WaitOf(request.Wait), context.CancellationToken)).Select(Describe));
        return response;
    }

    public override async Task<V1.ReloadPluginsResponse> ReloadPlugins(V1.ReloadPluginsRequest request, ServerCallContext context)
    {
        if (state.Context is null)
        {
            throw GrpcStatusMapper.ToException(EngineErrors.Starting);
        }

        var read = await plugins.ReloadAsync();
        var response = new V1.ReloadPluginsResponse();
        response.Solvers.AddRange(read.Solvers.Entries.Select(CatalogMapper.Solver));
        response.Operators.AddRange(read.Operators.Select(CatalogMapper.Operator));
        return response;
    }

    private static T Value<T>(Mapped<T> answer)
        where T : class => answer.TryGet(out var value, out var error) ? value : throw GrpcStatusMapper.ToException(error);

    private static TimeSpan WaitOf(Duration? asked)
    {
        var problems = new RequestProblems();
        var wait = WaitReader.Read(asked, LongestWait, problems);
        ThrowIfAny(problems);
        return wait;
    }

    private static DateTimeOffset StartOfProcess()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime;
    }

    private V1.Model Describe(ModelEntry entry) => CatalogMapper.Model(entry, state.Context?.Solvers ?? SolverCatalog.Empty);

    private int Active() => state.Context?.Engine.ActiveSessions ?? 0;

    private static void ThrowIfAny(RequestProblems problems)
    {
        if (problems.Any)
        {
            throw GrpcStatusMapper.ToException(problems.ToError());
        }
    }
}
