using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashDiffusion.Trainer.Evaluation.Paper;

/// <summary>What became of one picture.</summary>
/// <param name="Picture">File name.</param>
/// <param name="Severity">Severity t of its degradation in [0,1], a function of the name.</param>
/// <param name="PredictedSeverity">Predicted variance of the latent error.</param>
/// <param name="Start">Start index that it chose, the count of steps in official mode.</param>
/// <param name="Psnr">Peak signal-to-noise ratio in dB on [0,1], the reconstruction clipped, as for all figures.</param>
/// <param name="SsimFull">Structural similarity as torchmetrics computes it since September 2024.</param>
/// <param name="SsimCropped">The same as it was before, without a border of 5 pixels.</param>
/// <param name="Nmse">Normalised squared error.</param>
/// <param name="UnetCalls">Evaluations of the denoiser.</param>
/// <param name="DecoderCalls">Evaluations of the decoder, the last one counted.</param>
/// <param name="EncoderCalls">Evaluations of the encoder.</param>
internal sealed record PaperResult(
    string Picture,
    double Severity,
    double PredictedSeverity,
    int Start,
    double Psnr,
    double SsimFull,
    double SsimCropped,
    double Nmse,
    int UnetCalls,
    int DecoderCalls,
    int EncoderCalls)
{
    // A broken chain's figures are NaN: they are stored as such, so that the run goes on and the picture is not tried again.
    private static readonly JsonSerializerOptions Format = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Whether the chain broke: there is no picture to speak of.</summary>
    [JsonIgnore]
    public bool Failed => double.IsNaN(Psnr) || double.IsNaN(SsimFull) || double.IsNaN(Nmse);

    /// <summary>A line of <c>results.jsonl</c>.</summary>
    public static PaperResult Read(string line) => JsonSerializer.Deserialize<PaperResult>(line, Format)!;

    /// <summary>The same, without its end.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, Format);
}
