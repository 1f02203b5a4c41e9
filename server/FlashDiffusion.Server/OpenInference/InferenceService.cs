using System.Reflection;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Http;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Services;
using Grpc.Core;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>The Open Inference Protocol, version 2, with Triton's streaming extension, over the engine that the native API uses.</summary>
internal sealed class InferenceService(ServingState state, InferenceRunner runner, InferenceStreamFactory streams, ModelLifecycle models, ICallerIdentity callers, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger<InferenceService> logger)
    : Inference.GRPCInferenceService.GRPCInferenceServiceBase
{
    // What Triton's client always sends; no model here depends on another.
    private const string UnloadDependents = "unload_dependents";

    public override Task<Inference.ServerLiveResponse> ServerLive(Inference.ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new Inference.ServerLiveResponse { Live = true });

    public override Task<Inference.ServerReadyResponse> ServerReady(Inference.ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new Inference.ServerReadyResponse { Ready = state.IsReady });

    public override Task<Inference.ModelReadyResponse> ModelReady(Inference.ModelReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new Inference.ModelReadyResponse { Ready = state.TakesRequests && InferenceCatalog.IsReady(state.Context!, request.Name, request.Version) });

    public override Task<Inference.ServerMetadataResponse> ServerMetadata(Inference.ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new Inference.ServerMetadataResponse
        {
            Name = InferenceNames.Platform,
            Version = typeof(InferenceService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
            Extensions = { "model_configuration", "model_repository", "parameters", "schedule_policy", "statistics" },
        });

    public override Task<Inference.ModelMetadataResponse> ModelMetadata(Inference.ModelMetadataRequest request, ServerCallContext context)
    {
        var current = Current();
        return Task.FromResult(InferenceCatalog.Metadata(current, Find(current, request.Name, request.Version), request.Name));
    }

    public override Task<Inference.ModelConfigResponse> ModelConfig(Inference.ModelConfigRequest request, ServerCallContext context)
    {
        var current = Current();
        return Task.FromResult(new Inference.ModelConfigResponse { Config = InferenceCatalog.Config(current, Find(current, request.Name, request.Version), request.Name) });
    }

    public override Task<Inference.RepositoryIndexResponse> RepositoryIndex(Inference.RepositoryIndexRequest request, ServerCallContext context)
    {
        var response = new Inference.RepositoryIndexResponse();
        response.Models.AddRange(InferenceCatalog.Index(Current()).Where(model => !request.Ready || model.State == "READY"));
        return Task.FromResult(response);
    }

    public override Task<Inference.ModelStatisticsResponse> ModelStatistics(Inference.ModelStatisticsRequest request, ServerCallContext context)
    {
        var current = Current();
        var response = new Inference.ModelStatisticsResponse();
        if (request.Name.Length > 0)
        {
            response.ModelStats.Add(StatisticsOf(current, Find(current, request.Name, request.Version), ServedName.Parse(request.Name), request.Name));
        }
        else
        {
            response.ModelStats.AddRange(
                from model in current.Models.Entries
                where model.IsReady
                from solver in current.Solvers.ReadyNames
                let name = new ServedName(model.Name, solver)
                select StatisticsOf(current, model, name, name.ToString()));
        }

        return Task.FromResult(response);
    }

    public override async Task<Inference.ModelInferResponse> ModelInfer(Inference.ModelInferRequest request, ServerCallContext context)
    {
        if (!InferenceReader.Read(request, streams: false).Counted(telemetry).TryGet(out var call, out var error))
        {
            throw Refuse(error);
        }

        var events = new InferenceEvents(call.Reply, new InferenceResponses(call.Reply), time, stream: null);
        var failure = await runner.RunAsync(call, callers.Of(context), ReconstructionService.DeadlineOf(context), events, context.GetHttpContext().LetGo, context.CancellationToken);
        return failure is null ? events.Result! : throw Refuse(failure);
    }

    public override async Task ModelStreamInfer(
        IAsyncStreamReader<Inference.ModelInferRequest> requestStream, IServerStreamWriter<Inference.ModelStreamInferResponse> responseStream, ServerCallContext context)
    {
        using var stream = streams.Create(responseStream, context);
        if (await stream.RunAsync(requestStream) is { } error)
        {
            throw Refuse(error);
        }
    }

    public override async Task<Inference.RepositoryModelLoadResponse> RepositoryModelLoad(Inference.RepositoryModelLoadRequest request, ServerCallContext context)
    {
        var name = Controlled(request.ModelName, request.RepositoryName, context);
        Check(request.Parameters);
        return (await models.LoadAsync(ServedName.Parse(name).Model, "")).TryGet(out _, out var error)
            ? new Inference.RepositoryModelLoadResponse { ModelName = name, IsLoaded = true }
            : throw Refuse(error);
    }

    public override async Task<Inference.RepositoryModelUnloadResponse> RepositoryModelUnload(Inference.RepositoryModelUnloadRequest request, ServerCallContext context)
    {
        var name = Controlled(request.ModelName, request.RepositoryName, context);
        Check(request.Parameters, UnloadDependents);
        return (await models.UnloadAsync(ServedName.Parse(name).Model, "", TimeSpan.Zero, context.CancellationToken)).TryGet(out _, out var error)
            ? new Inference.RepositoryModelUnloadResponse { ModelName = name, IsUnloaded = true }
            : throw Refuse(error);
    }

    public override Task<Inference.SystemSharedMemoryStatusResponse> SystemSharedMemoryStatus(Inference.SystemSharedMemoryStatusRequest request, ServerCallContext context) => throw NoSharedMemory();

    public override Task<Inference.SystemSharedMemoryRegisterResponse> SystemSharedMemoryRegister(Inference.SystemSharedMemoryRegisterRequest request, ServerCallContext context) => throw NoSharedMemory();

    public override Task<Inference.SystemSharedMemoryUnregisterResponse> SystemSharedMemoryUnregister(Inference.SystemSharedMemoryUnregisterRequest request, ServerCallContext context) => throw NoSharedMemory();

    public override Task<Inference.CudaSharedMemoryStatusResponse> CudaSharedMemoryStatus(Inference.CudaSharedMemoryStatusRequest request, ServerCallContext context) => throw NoSharedMemory();

    public override Task<Inference.CudaSharedMemoryRegisterResponse> CudaSharedMemoryRegister(Inference.CudaSharedMemoryRegisterRequest request, ServerCallContext context) => throw NoSharedMemory();

    public override Task<Inference.CudaSharedMemoryUnregisterResponse> CudaSharedMemoryUnregister(Inference.CudaSharedMemoryUnregisterRequest request, ServerCallContext context) => throw NoSharedMemory();

    public override Task<Inference.TraceSettingResponse> TraceSetting(Inference.TraceSettingRequest request, ServerCallContext context) =>
        throw NotOffered("Trace settings are not offered: traces go to an OpenTelemetry collector, whose address is configured at the start.");

    public override Task<Inference.LogSettingsResponse> LogSettings(Inference.LogSettingsRequest request, ServerCallContext context) =>
        throw NotOffered("Log settings over this protocol are not offered: flashdiffusion.v1.AdminService sets log levels.");

    // KServe's clients put the name where Triton's have the repository's. Who may infer may not load.
    private string Controlled(string model, string repository, ServerCallContext context) => EndpointRoleFeature.Of(context.GetHttpContext()) == EndpointRole.Admin
        ? model.Length > 0 ? model : repository
        : throw Refuse(new ServerError
        {
            Code = StatusCode.PermissionDenied,
            Reason = ErrorReasons.AdminOnly,
            Message = "Models are loaded and unloaded at the port for administrators only (--admin=true, --admin-port).",
        });

    // Another configuration or other files than the repository's would be answered with success and do nothing.
    private void Check(IEnumerable<KeyValuePair<string, Inference.ModelRepositoryParameter>> parameters, params IReadOnlyCollection<string> known)
    {
        var problems = new RequestProblems();
        foreach (var (name, _) in parameters.Where(parameter => !known.Contains(parameter.Key)).OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            problems.Add(ParameterValueReader.FieldOf(name), $"There is no parameter '{name}'; a model is loaded as its folder in the repository has it.");
        }

        if (problems.Any)
        {
            throw Refuse(problems.ToError());
        }
    }

    private ServingContext Current() => state.Context ?? throw Refuse(EngineErrors.Starting);

    private ModelEntry Find(ServingContext current, string name, string version) => InferenceCatalog.Find(current, name, version).TryGet(out var entry, out var error) ? entry : throw Refuse(error);

    // Of the snapshot in which they were found: in the next one the solver may be gone.
    private Inference.ModelStatistics StatisticsOf(ServingContext current, ModelEntry model, ServedName name, string asked)
    {
        var solver = name.Solver.Length > 0 ? name.Solver : current.DefaultSolver;
        return InferenceStatistics.Of(model, asked, current.Solvers.Find(solver)!.Name, telemetry.Tally);
    }

    private RpcException NoSharedMemory() => NotOffered("Shared memory is not offered: send tensors in raw_input_contents.");

    private RpcException NotOffered(string message) => Refuse(new ServerError { Code = StatusCode.Unimplemented, Reason = ErrorReasons.Unimplemented, Message = message });

    private RpcException Refuse(ServerError error) => RefusalLog.Refuse(logger, error);
}
