using System.Text.Json;

namespace FlashDiffusion.Trainer.Evaluation.Paper;

/// <summary>Means over the pictures of a cell, as the paper's tables have them.</summary>
internal sealed record PaperSummary
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    public required string Cell { get; init; }

    public required string Solver { get; init; }

    public required string Model { get; init; }

    public required int Pictures { get; init; }

    public required int Side { get; init; }

    public required double PsnrDb { get; init; }

    public required double SsimFull { get; init; }

    public required double SsimCropped { get; init; }

    public required double Nmse { get; init; }

    /// <summary>The paper's <c>start_T_mean</c>.</summary>
    public required double StartMean { get; init; }

    public required double UnetCalls { get; init; }

    public required double DecoderCalls { get; init; }

    public required double EncoderCalls { get; init; }

    public static PaperSummary Of(string cell, string solver, string model, int side, IReadOnlyCollection<PaperResult> results) => new()
    {
        Cell = cell,
        Solver = solver,
        Model = model,
        Pictures = results.Count,
        Side = side,
        PsnrDb = results.Average(result => result.Psnr),
        SsimFull = results.Average(result => result.SsimFull),
        SsimCropped = results.Average(result => result.SsimCropped),
        Nmse = results.Average(result => result.Nmse),
        StartMean = results.Average(result => result.Start),
        UnetCalls = results.Average(result => result.UnetCalls),
        DecoderCalls = results.Average(result => result.DecoderCalls),
        EncoderCalls = results.Average(result => result.EncoderCalls),
    };

    public string ToJson() => JsonSerializer.Serialize(this, Format) + "\n";
}
