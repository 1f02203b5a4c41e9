using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Manifest;

/// <summary>The manifest's pictures, a JSON object each, printed and written as they end: what was measured before a run was cut is kept.</summary>
/// <param name="path">The file, one JSON array; what stood in it is replaced.</param>
internal sealed class PictureFile(string path)
{
    private static readonly JsonSerializerOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<string> _lines = [];

    /// <summary>Adds pictures.</summary>
    /// <param name="way">How they were reconstructed.</param>
    /// <param name="all">The pictures.</param>
    public void Add(string way, IReadOnlyList<Finished> all)
    {
        foreach (var finished in all)
        {
            _lines.Add(Line(way, finished).ToJsonString(Format));
            Console.WriteLine(_lines[^1]);
        }

        File.WriteAllLines(path, ["[", .. _lines.SkipLast(1).Select(line => line + ","), .. _lines.TakeLast(1), "]"]);
    }

    private static JsonObject Line(string way, Finished finished)
    {
        var (crop, cost) = (finished.Assignment.Crop, finished.Result.Cost);
        return new JsonObject
        {
            ["way"] = way,
            ["picture"] = crop.Picture,
            ["left"] = crop.Left,
            ["top"] = crop.Top,
            ["operator"] = crop.Operator,
            ["seed"] = crop.Seed,
            ["ms"] = Math.Round(1000 * finished.Seconds, 1),
            ["start_timestep"] = finished.Plan.StartTimestep,
            ["steps"] = cost.Steps,
            ["unet_forward"] = cost.UnetForward,
            ["unet_backward"] = cost.UnetBackward,
            ["decoder_forward"] = cost.DecoderForward,
            ["decoder_backward"] = cost.DecoderBackward,
            ["encoder_forward"] = cost.EncoderForward,
            ["severity_encoder"] = cost.SeverityEncoder,
            ["psnr_db"] = Math.Round(finished.Psnr, 3),
        };
    }
}
