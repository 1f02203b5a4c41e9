using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.Retention;

/// <summary>
/// What the server chooses where a request says nothing. A client that has learned it from the accepted event says it when it comes again, so that
/// no other server chooses otherwise.
/// </summary>
internal sealed record RequestChoices
{
    /// <summary>Name of the model; empty if the server is to choose.</summary>
    public string Model { get; init; } = "";

    /// <summary>Its version; likewise.</summary>
    public string ModelVersion { get; init; } = "";

    /// <summary>Name of the solver; likewise.</summary>
    public string Solver { get; init; } = "";

    /// <summary>The seed; null if the server is to choose.</summary>
    public ulong? Seed { get; init; }

    /// <summary>What a request says.</summary>
    public static RequestChoices Of(V1.ReconstructRequest message) => new()
    {
        Model = message.Model,
        ModelVersion = message.ModelVersion,
        Solver = message.Solver?.Name ?? "",
        Seed = message.HasSeed ? message.Seed : null,
    };

    /// <summary>What the server chose, or took from the request.</summary>
    public static RequestChoices Of(MappedReconstruction mapped) => new()
    {
        Model = mapped.ModelName, ModelVersion = mapped.ModelVersion, Solver = mapped.Solver.Name, Seed = mapped.Request.Seed,
    };

    /// <summary>Takes all of it out of a message, as if nothing had been said.</summary>
    public static void Clear(V1.ReconstructRequest message)
    {
        (message.Model, message.ModelVersion) = ("", "");
        message.ClearSeed();
        if (message.Solver is { } solver)
        {
            solver.Name = "";
            message.Solver = solver.CalculateSize() > 0 ? solver : null;
        }
    }

    /// <summary>Whether who says this may come again and say the other.</summary>
    /// <param name="again">What it says then.</param>
    /// <param name="chosen">What it has learned meanwhile; null if nothing.</param>
    public bool Allow(RequestChoices again, RequestChoices? chosen) =>
        Same(Model, again.Model, chosen?.Model) && Same(ModelVersion, again.ModelVersion, chosen?.ModelVersion) && Same(Solver, again.Solver, chosen?.Solver)
        && (Seed == again.Seed || (Seed is null && again.Seed == chosen?.Seed));

    private static bool Same(string said, string again, string? chosen) => said == again || (said.Length == 0 && again == chosen);
}
