using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Schedules;
using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Tests.Resume;
using FlashDiffusion.Testing.Fakes;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Requests;

/// <summary>A mapper over a fake model with the shipped operators, and requests that are fine until a test breaks them.</summary>
internal sealed class MapperScene
{
    public const int Side = 32;

    private readonly ImmutableArray<SolverPreset> _presets;
    private ServingContext? _context;

    public MapperScene(params SolverPreset[] presets) => _presets = [.. presets];

    /// <summary>Fingerprint of the fake model's weights.</summary>
    public string WeightsHash { get; init; } = "weights";

    /// <summary>Name of the fake model.</summary>
    public string ModelName { get; init; } = "fake";

    /// <summary>Operators that the fake model has severity encoders for.</summary>
    public ImmutableArray<string> Encoders { get; init; } = ["gaussian_blur"];

    /// <summary>Schedule of the fake model.</summary>
    public NoiseSchedule Schedule { get; init; } = new FakeModel().Schedule;

    /// <summary>Called before each call of a network, on the device thread.</summary>
    public Action<string, int> Called { get; init; } = (_, _) => { };

    /// <summary>Options of the engine.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>Where the engine logs.</summary>
    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Version of the fake solver.</summary>
    public string SolverVersion { get; init; } = "1.0.0";

    /// <summary>SHA-256 of the operators' weights; empty without any.</summary>
    public string OperatorWeights { get; init; } = "";

    public ServingContext Context => _context ??= MakeContext();

    public RequestMapper Mapper { get; } = MapperWith(new ResumeScene());

    public static RequestMapper MapperWith(ResumeScene resume) => new(
        Options.Create(new LimitOptions { MaximumPictureBytes = 1024 * 1024, MaximumPicturePixels = 100_000, MaximumDegradedSide = 64 }),
        Options.Create(new EngineOptions()),
        Options.Create(new ResultOptions()),
        resume.Desk);

    public static V1.ReconstructRequest Fine() => new()
    {
        Measurement = TensorPicture(Side, Side),
        Operator = new V1.ForwardOperator { Name = "gaussian_blur", NoiseStd = 0.05, Parameters = { ["std"] = new V1.ParameterValue { Number = 1 } } },
        Seed = 7,
    };

    public static V1.Picture TensorPicture(int height, int width, float value = 0.5f)
    {
        var picture = Picture.FromPlanar(width, height, Enumerable.Repeat(value, 3 * height * width).ToArray());
        return PictureWriter.Write(picture, V1.PictureFormat.Tensor);
    }

    public static V1.Picture FilePicture(int height, int width) => new()
    {
        Encoded = ByteString.CopyFrom(PictureCodec.EncodePng(Picture.Filled(width, height, new Colour(0.2f, 0.4f, 0.6f)))),
    };

    public MappedReconstruction Map(V1.ReconstructRequest request)
    {
        Assert.True(Mapper.Map(request, Context, null).TryGet(out var mapped, out var error), error?.Message);
        return mapped;
    }

    public ServerError Refusal(V1.ReconstructRequest request)
    {
        Assert.False(Mapper.Map(request, Context, null).TryGet(out _, out var error));
        return error;
    }

    private ServingContext MakeContext()
    {
        var model = new ServedModel(
            new FakeModel { Called = Called, Schedule = Schedule }, Encoders.ToFrozenDictionary(family => family, ISeverityEncoder (family) => new FakeSeverityEncoder(family)))
        {
            Presets = _presets,
            WeightsHash = WeightsHash,
        };
        var models = new ModelCatalog(
            [new ModelEntry(ModelName, "1", "For tests.", model, ""), new ModelEntry("broken", "2", "", null, "Its weights are gone.")], ModelName);
        var solvers = new SolverCatalog(
        [
            new SolverEntry("fake", SolverVersion, new FakeSolver { Version = SolverVersion }, ""),
            new SolverEntry("free", "1.0.0", new FreeSolver(), ""),
            new SolverEntry("adjoint", "1.0.0", new AdjointSolver(), ""),
            new SolverEntry("torn", "0.1.0", null, "The SHA-256 is wrong."),
        ]);
        var engine = new ReconstructionEngine(
            Engine, TimeProvider.System, new FlashDiffusionTelemetry(new TestMeterFactory()), Logs.CreateLogger<ReconstructionEngine>());
        return new ServingContext(engine, models, solvers, new OperatorCatalog([.. OperatorFamilies.All.Append(new NonlinearFamily()).Select(family => OperatorEntry.Weighted(family, OperatorWeights)), new OperatorEntry("torn", "0.1.0", null, "The SHA-256 is wrong.")]), "fake");
    }

    /// <summary>The fields that a refusal names, in order.</summary>
    public string[] Fields(V1.ReconstructRequest request) => [.. Refusal(request).Violations.Select(violation => violation.Field)];
}
