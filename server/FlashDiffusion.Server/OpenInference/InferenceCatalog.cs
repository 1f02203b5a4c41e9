using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Models of the protocol: every served model, alone and with every solver.</summary>
internal static class InferenceCatalog
{
    private const string Ready = "READY";
    private const string Unavailable = "UNAVAILABLE";
    private const string BytesType = "UINT8";

    /// <summary>Whether a model can be used; false for an unknown one.</summary>
    public static bool IsReady(ServingContext context, string name, string version) => Find(context, name, version).TryGet(out _, out _);

    /// <summary>The model of a name; or NOT_FOUND, or why it can't be used.</summary>
    public static Mapped<ModelEntry> Find(ServingContext context, string name, string version)
    {
        var problems = new RequestProblems();
        var served = ServedName.Parse(name);
        var entry = served.Model.Length == 0 ? null : context.Models.Find(served.Model, version);
        if (entry is null)
        {
            var known = string.Join(", ", context.Models.Entries.Where(model => model.IsReady).Select(model => model.Name).Distinct());
            problems.AddMissing("name", new MissingResource("model", name, $"There is no model '{served.Model}'{(version.Length > 0 ? $" version {version}" : "")}; there are {known}, each also as MODEL:SOLVER."));
        }
        else if (!entry.IsReady)
        {
            problems.AddNotReady("name", $"model/{entry.Name}", $"The model '{entry.Name}' version {entry.Version} can't be used: {entry.Reason}");
        }

        var solver = served.Solver.Length > 0 ? served.Solver : context.DefaultSolver;
        if (context.Solvers.Find(solver) is null)
        {
            problems.AddMissing("name", new MissingResource("solver", solver, $"There is no solver '{solver}'; ready are {string.Join(", ", context.Solvers.ReadyNames)}."));
        }

        return problems.Any ? Mapped<ModelEntry>.Refused(problems.ToError()) : Mapped<ModelEntry>.Of(entry!);
    }

    public static IEnumerable<Inference.RepositoryIndexResponse.Types.ModelIndex> Index(ServingContext context)
    {
        foreach (var model in context.Models.Entries)
        {
            yield return Entry(model.Name, model, context.Solvers.Find(context.DefaultSolver) is null ? $"There is no default solver '{context.DefaultSolver}'." : "");
            // One that serves comes before those of its name that do not.
            foreach (var solver in context.Solvers.Entries.DistinctBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase))
            {
                yield return Entry(new ServedName(model.Name, solver.Name).ToString(), model, solver.Reason);
            }
        }
    }

    public static Inference.ModelMetadataResponse Metadata(ServingContext context, ModelEntry entry, string name)
    {
        var response = new Inference.ModelMetadataResponse { Name = name, Platform = InferenceNames.Platform };
        response.Versions.AddRange(context.Models.Entries.Where(model => model.IsReady && string.Equals(model.Name, entry.Name, StringComparison.OrdinalIgnoreCase)).Select(model => model.Version));
        response.Inputs.Add(Tensor(InferenceNames.Measurement, 3, -1, -1));
        response.Inputs.Add(Tensor(InferenceNames.Mask, -1, -1));
        response.Inputs.Add(Tensor(InferenceNames.Kernel, -1, -1));
        response.Inputs.Add(Bytes(InferenceNames.Checkpoint));
        response.Outputs.Add(Tensor(InferenceNames.Picture, 3, -1, -1));
        response.Outputs.Add(Tensor(InferenceNames.Latent, LatentChannels(entry), -1, -1));
        response.Outputs.Add(Bytes(InferenceNames.Checkpoint));
        return response;
    }

    public static Inference.ModelConfig Config(ServingContext context, ModelEntry entry, string name)
    {
        var config = new Inference.ModelConfig
        {
            Name = name,
            Platform = InferenceNames.Platform,
            Backend = InferenceNames.Platform,
            // Requests are batched by the server; one is one picture.
            MaxBatchSize = 0,
            ModelTransactionPolicy = new Inference.ModelTransactionPolicy { Decoupled = true },
        };
        foreach (var input in Metadata(context, entry, name).Inputs)
        {
            config.Input.Add(new Inference.ModelInput { Name = input.Name, DataType = TypeOf(input), Dims = { input.Shape }, Optional = input.Name != InferenceNames.Measurement });
        }

        foreach (var output in Metadata(context, entry, name).Outputs)
        {
            config.Output.Add(new Inference.ModelOutput { Name = output.Name, DataType = TypeOf(output), Dims = { output.Shape } });
        }

        config.Parameters["picture_multiple"] = new Inference.ModelParameter { StringValue = $"{entry.Model!.Model.PictureMultiple}" };
        config.Parameters["maximum_side"] = new Inference.ModelParameter { StringValue = $"{entry.Model.Model.MaximumPictureSide}" };
        return config;
    }

    private static Inference.RepositoryIndexResponse.Types.ModelIndex Entry(string name, ModelEntry model, string solverReason) => new()
    {
        Name = name,
        Version = model.Version,
        State = StateOf(model, solverReason),
        Reason = model.IsReady ? solverReason : model.State == ServedState.Loading && model.Reason.Length == 0 ? "It is being loaded." : model.Reason,
    };

    private static string StateOf(ModelEntry model, string solverReason) => model.State switch
    {
        ServedState.Ready when solverReason.Length == 0 => Ready,
        ServedState.Loading => "LOADING",
        ServedState.Unloading => "UNLOADING",
        _ => Unavailable,
    };

    private static long LatentChannels(ModelEntry entry)
    {
        var model = entry.Model!.Model;
        return model.LatentShapeOf(new PictureShape(model.PictureMultiple, model.PictureMultiple)).Channels;
    }

    private static Inference.ModelMetadataResponse.Types.TensorMetadata Tensor(string name, params long[] shape) => new() { Name = name, Datatype = "FP32", Shape = { shape } };

    private static Inference.ModelMetadataResponse.Types.TensorMetadata Bytes(string name) => new() { Name = name, Datatype = BytesType, Shape = { -1 } };

    private static Inference.DataType TypeOf(Inference.ModelMetadataResponse.Types.TensorMetadata tensor) =>
        tensor.Datatype == BytesType ? Inference.DataType.TypeUint8 : Inference.DataType.TypeFp32;
}
