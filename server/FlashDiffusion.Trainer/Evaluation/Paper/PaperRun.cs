using System.Globalization;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Trainer.Photographs;

namespace FlashDiffusion.Trainer.Evaluation.Paper;

/// <summary>
/// Runs a cell over a folder. Every finished picture is on disk at once, its figures as a line of <c>results.jsonl</c>, so that a run that
/// is cut goes on where it stopped.
/// </summary>
/// <param name="reconstruction">Reconstructs a picture.</param>
/// <param name="folder">Where everything is written.</param>
internal sealed class PaperRun(PaperReconstruction reconstruction, string folder)
{
    private string ResultsPath => Path.Combine(folder, "results.jsonl");

    /// <summary>Runs the first pictures of a folder, by name.</summary>
    /// <param name="pictures">The folder.</param>
    /// <param name="count">Pictures of a cell.</param>
    /// <param name="side">Side in pixels.</param>
    /// <param name="say">Receives a line a picture.</param>
    public IReadOnlyList<PaperResult> Run(string pictures, int count, int side, Action<string> say)
    {
        Directory.CreateDirectory(folder);
        var done = File.Exists(ResultsPath)
            ? File.ReadAllLines(ResultsPath).Select(PaperResult.Read).ToDictionary(result => result.Picture)
            : [];
        var names = PhotographFolder.List(pictures).Take(count).ToList();
        foreach (var path in names.Where(path => !done.ContainsKey(Path.GetFileName(path))))
        {
            var picture = PaperPicture.Read(path, side);
            var (degraded, result, figures) = reconstruction.Run(picture);
            Save("targets", picture.Name, picture.Clean);
            Save("degraded", picture.Name, degraded);
            Save("reconstructions", picture.Name, result);
            File.AppendAllText(ResultsPath, figures.ToLine() + "\n");
            done[picture.Name] = figures;
            say(string.Create(
                CultureInfo.InvariantCulture,
                $"{picture.Name}: t {figures.Severity:F3}, severity {figures.PredictedSeverity:F4}, start {figures.Start}, PSNR {figures.Psnr:F2} dB, SSIM {figures.SsimFull:F3}, {figures.UnetCalls} network calls"));
        }

        return [.. names.Select(path => done[Path.GetFileName(path)])];
    }

    // Both under one name and as PNG: what LPIPS and FID tools expect of two folders.
    private void Save(string kind, string name, Picture picture)
    {
        Directory.CreateDirectory(Path.Combine(folder, kind));
        File.WriteAllBytes(Path.Combine(folder, kind, Path.GetFileNameWithoutExtension(name) + ".png"), PictureCodec.EncodePng(picture));
    }
}
