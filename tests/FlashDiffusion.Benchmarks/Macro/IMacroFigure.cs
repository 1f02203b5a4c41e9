using System.Text.Json.Nodes;

namespace FlashDiffusion.Benchmarks.Macro;

/// <summary>One figure, or a few that one run gives.</summary>
internal interface IMacroFigure
{
    /// <summary>Name for <c>--only</c>.</summary>
    string Name { get; }

    /// <summary>What is measured, in one sentence.</summary>
    string Description { get; }

    /// <summary>Whether it runs only where <c>--only</c> names it.</summary>
    bool OnlyByName => false;

    /// <summary>Measures it.</summary>
    /// <param name="bench">Servers, pictures, sizes.</param>
    /// <param name="cancellation">Ends the measurement without figures.</param>
    /// <returns>Figures by their names in the JSON object, and under <c>details</c> how they spread.</returns>
    Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation);
}
