using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Curves;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Server.Resume;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Testing.Fakes;
using Grpc.HealthCheck;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ModelCatalog = FlashDiffusion.Server.Catalogs.ModelCatalog;
using ModelEntry = FlashDiffusion.Server.Catalogs.ModelEntry;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>A server's inside with a tiny model and a fake solver: an engine with a real thread, and what loads and unloads.</summary>
internal sealed class LifecycleScene : IAsyncDisposable
{
    private readonly TestMeterFactory _meters = new();
    private readonly FlashDiffusionTelemetry _telemetry;

    private LifecycleScene(TinyModels repository, string device, long memory, string curveFile, ILogger<CurveKeeper>? curveLog)
    {
        Repository = repository;
        var options = new EngineOptions { MaximumSessions = 64, Threads = 1, Device = device, MaximumBatch = 4, CurveFile = curveFile };
        var models = Options.Create(new ModelOptions { Root = Repository.Root, MemoryBytes = memory });
        Memory = new WeightMemory(models, Options.Create(options));
        _telemetry = new FlashDiffusionTelemetry(_meters);
        Engine = new ReconstructionEngine(options, TimeProvider.System, _telemetry, NullLogger<ReconstructionEngine>.Instance);
        State = new ServingState();
        Changes = new ServingChanges(State, new HealthBoard(Health, State));
        Loading = new ModelLoading(models, Memory, NullLogger<ModelLoading>.Instance);
        Curves = new CurveKeeper(Options.Create(options), new ComputeFingerprint(Options.Create(options)), State, TimeProvider.System, curveLog ?? NullLogger<CurveKeeper>.Instance);
        Models = new ModelLifecycle(
            State, Changes, Loading, new ModelWarmUp(Options.Create(options), NullLogger<ModelWarmUp>.Instance), new ExactShape(Options.Create(options), NullLogger<ExactShape>.Instance), Curves, TimeProvider.System, NullLogger<ModelLifecycle>.Instance);
    }

    public TinyModels Repository { get; }

    public WeightMemory Memory { get; }

    public ReconstructionEngine Engine { get; }

    public ServingState State { get; }

    public ServingChanges Changes { get; }

    public HealthServiceImpl Health { get; } = new();

    public ModelLoading Loading { get; }

    /// <summary>Its measurements; only a test takes over and keeps.</summary>
    public CurveKeeper Curves { get; }

    public ModelLifecycle Models { get; }

    public FakeSolver Solver { get; } = new();

    /// <summary>What the catalog says of a version of the model.</summary>
    public ModelEntry? Entry(string version = TinyModels.Version) => State.Context!.Models.Entries.FirstOrDefault(entry => entry.Is(TinyModels.Model, version));

    /// <summary>A server that has started.</summary>
    /// <param name="packaged">Models of which it gets a copy.</param>
    /// <param name="device">Its devices.</param>
    /// <param name="memory">Bytes for weights; 0 for what is usual.</param>
    /// <param name="curveFile">Where its measurements are kept.</param>
    /// <param name="curveLog">What it says of them.</param>
    /// <param name="prepare">Changes its repository before it starts.</param>
    public static async Task<LifecycleScene> StartAsync(
        PackagedModels packaged,
        string device = "cpu",
        long memory = 0,
        string curveFile = CurvePlace.Nowhere,
        ILogger<CurveKeeper>? curveLog = null,
        Action<LifecycleScene>? prepare = null)
    {
        var scene = new LifecycleScene(packaged.Copy(), device, memory, curveFile, curveLog);
        prepare?.Invoke(scene);
        scene.Engine.Start();
        var loaded = new List<IReadOnlyList<ModelEntry>>();
        foreach (var (number, name) in scene.Engine.Devices.Index())
        {
            loaded.Add((await scene.Engine.MaintainAsync(number, () => scene.Loading.Load(name, scene.Engine.Devices.Length))).Value!);
        }

        scene.State.Publish(new ServingContext(
            scene.Engine,
            new ModelCatalog(ModelReplicas.Of(loaded).Select(entry => scene.Models.Adopt(scene.Engine, entry)), ""),
            new SolverCatalog([new SolverEntry("fake", "1.0.0", scene.Solver, "")]),
            new OperatorCatalog(OperatorFamilies.All.Select(OperatorEntry.Own)),
            "fake"));
        return scene;
    }

    /// <summary>Puts another version of the model into the repository.</summary>
    public void Write(string version) => PackagedModels.CopyFolder(Repository.Folder(TinyModels.Model), Repository.Folder(TinyModels.Model, version));

    /// <summary>Starts a reconstruction as a call does; of a version, or of the default.</summary>
    public ReconstructionSession Send(string version = "", int steps = 20, ulong seed = 1, string solver = "fake")
    {
        Assert.True(State.TryEnter(out var visit, out _));
        using (visit)
        {
            var entry = visit.Context.Models.Find(TinyModels.Model, version)!;
            var chosen = visit.Context.Solvers.Find(solver)!.Solver!;
            var family = visit.Context.Operators.Find(DenoisingFamily.Name)!.Family!;
            var picture = new PictureShape(16, 16);
            var request = new ReconstructionRequest
            {
                Model = entry.Model!,
                Solver = chosen,
                SolverParameters = ParameterSet.Resolve(chosen.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "", []),
                Operator = new OperatorRequest(
                    family, new OperatorSpec(DenoisingFamily.Name, ParameterSet.Resolve(family.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "", [])), 0.1),
                Measurement = HostTensor.Picture(new float[picture.Elements], picture),
                Picture = picture,
                Sampling = new SamplingSpec(SamplerKind.Ddim, steps),
                Adaptation = new Adaptation { Mode = AdaptationMode.Full },
                Mode = ComputeMode.Fast,
                Seed = seed,
            };
            return Engine.Submit(request, visit.Context.Hold(request)).Session!;
        }
    }

    /// <summary>Loads, and expects that to work.</summary>
    public async Task<ModelEntry> LoadedAsync(string version = "")
    {
        Assert.True((await Models.LoadAsync(TinyModels.Model, version)).TryGet(out var entry, out var error), error?.Message);
        return entry;
    }

    /// <summary>Loads, and expects that not to.</summary>
    public async Task<ServerError> RefusedAsync(string name = TinyModels.Model, string version = "")
    {
        Assert.False((await Models.LoadAsync(name, version)).TryGet(out _, out var error));
        return error;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Curves.Dispose();
        Changes.Dispose();
        _telemetry.Dispose();
        _meters.Dispose();
        Repository.Dispose();
    }
}
