using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashDiffusion.Trainer.Evaluation.Paper;

/// <summary>Means over the pictures of a cell, as the paper's tables have them.</summary>
internal sealed record PaperSummary
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public required string Cell { get; init; }

    public required string Solver { get; init; }

    public required string Model { get; init; }

    /// <summary>Pictures that came out; the means are over them, NaN if there are none.</summary>
    public required int Pictures { get; init; }

    /// <summary>Pictures whose chain broke.</summary>
    public required int Failed { get; init; }

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

    public static PaperSummary Of(string cell, string solver, string model, int side, IReadOnlyCollection<PaperResult> results)
    {
        PaperResult[] sound = [.. results.Where(result => !result.Failed)];
        return new PaperSummary
        {
            Cell = cell,
            Solver = solver,
            Model = model,
            Pictures = sound.Length,
            Failed = results.Count - sound.Length,
            Side = side,
            PsnrDb = Mean(result => result.Psnr),
            SsimFull = Mean(result => result.SsimFull),
            SsimCropped = Mean(result => result.SsimCropped),
            Nmse = Mean(result => result.Nmse),
            StartMean = Mean(result => result.Start),
            UnetCalls = Mean(result => result.UnetCalls),
            DecoderCalls = Mean(result => result.DecoderCalls),
            EncoderCalls = Mean(result => result.EncoderCalls),
        };

        double Mean(Func<PaperResult, double> figure) => sound.Select(figure).DefaultIfEmpty(double.NaN).Average();
    }

    public string ToJson() => JsonSerializer.Serialize(this, Format) + "\n";
}
