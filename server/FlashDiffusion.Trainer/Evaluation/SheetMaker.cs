using System.Globalization;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.ContactSheets;
using FlashDiffusion.Pictures.Metrics;
using FlashDiffusion.Trainer.Photographs;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>A contact sheet for people: ten pictures, each at three severities, degraded, decoded mean and reconstruction side by side.</summary>
internal static class SheetMaker
{
    private const int CellSide = 112;
    private const long Seed = 1;

    /// <summary>Severity levels of the sheet.</summary>
    public static IReadOnlyList<double> Levels { get; } = [0.15, 0.5, 0.9];

    /// <summary>The crops of a sheet: the middle of every picture, at every level.</summary>
    public static CropSet Crops(string folder, int pictures, int side)
    {
        var paths = PhotographFolder.List(folder);
        var chosen = Enumerable.Range(0, Math.Min(pictures, paths.Count)).Select(i => paths[i * paths.Count / Math.Min(pictures, paths.Count)]);
        var crops = chosen.SelectMany(path =>
        {
            var picture = PhotographFolder.Read(path);
            return Levels.Select(level => new EvaluationCrop(
                Path.GetFileName(path), (picture.Width - side) / 2, (picture.Height - side) / 2, level, Seed));
        });
        return CropSet.Load(new EvaluationManifest(side, [.. crops]), folder, int.MaxValue);
    }

    /// <summary>Reconstructs all crops and draws the sheet.</summary>
    public static Picture Draw(EvaluatedModel model, ReconstructionRunner runner, CropSet crops, EvaluatedOperator evaluated, OperatorTuning tuning)
    {
        var measured = MeasuredCrops.Of(model, evaluated, crops);
        var results = new (Picture Picture, int Calls)[crops.Count];
        var jobs = Enumerable.Range(0, crops.Count)
            .Select(crop => StartJobs.Adaptive(model, crops, measured, crop, tuning.Guidance, tuning.Correction, "sheet"))
            .OrderByDescending(job => job.StartIndex);
        runner.Run(evaluated, jobs, (job, picture, cost) => results[job.Crop] = (picture, cost.UNetForward));

        var rows = new List<ContactSheetRow>();
        foreach (var row in Enumerable.Range(0, crops.Count).Chunk(Levels.Count))
        {
            var cells = new List<ContactSheetCell> { new(crops.Pictures[row[0]], "clean") };
            foreach (var crop in row)
            {
                var (clean, look) = (crops.Pictures[crop], measured.Crops[crop]);
                cells.Add(new(look.Degraded, Text($"level {crops.Crops[crop].Level:0.00}"), Db(clean, look.Degraded)));
                cells.Add(new(look.DecodedMean, "mean", Db(clean, look.DecodedMean)));
                cells.Add(new(results[crop].Picture, Text($"{results[crop].Calls} calls"), Db(clean, results[crop].Picture)));
            }

            rows.Add(new ContactSheetRow(cells));
        }

        return new ContactSheet { Rows = rows, CellSide = CellSide, Title = $"{evaluated.Name}: degraded, decoded mean, Flash(LDPS) at three severities" }.Draw();
    }

    private static string Db(Picture clean, Picture picture) => Text($"{PictureMetrics.Psnr(clean, picture):0.0} dB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
