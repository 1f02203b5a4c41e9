using System.Text.Json;
using FlashDiffusion.Trainer.Photographs;
using FlashDiffusion.Trainer.Randomness;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>A fixed list of crops, so that figures of different weights and days compare.</summary>
/// <param name="Side">Side of every crop in pixels.</param>
/// <param name="Crops">The crops, those of one picture in a row, pictures interleaved so that a prefix covers all of them.</param>
internal sealed record EvaluationManifest(int Side, IReadOnlyList<EvaluationCrop> Crops)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>
    /// Draws crops: positions from the seed, levels stratified over the crops of a picture and shuffled, so that every picture
    /// is seen at mild and at strong degradations.
    /// </summary>
    public static EvaluationManifest Draw(string folder, int side, int perPicture, long seed)
    {
        var paths = PhotographFolder.List(folder);
        var crops = new EvaluationCrop[paths.Count * perPicture];
        for (var i = 0; i < paths.Count; i++)
        {
            var picture = PhotographFolder.Read(paths[i]);
            var random = new StepRandom(seed, i);
            var order = Enumerable.Range(0, perPicture).ToArray();
            for (var k = perPicture - 1; k > 0; k--)
            {
                var other = random.NextInt(k + 1);
                (order[k], order[other]) = (order[other], order[k]);
            }

            for (var k = 0; k < perPicture; k++)
            {
                crops[(k * paths.Count) + i] = new EvaluationCrop(
                    Path.GetFileName(paths[i]),
                    random.NextInt(picture.Width - side + 1),
                    random.NextInt(picture.Height - side + 1),
                    Math.Round((order[k] + random.NextDouble()) / perPicture, 4),
                    random.NextInt(int.MaxValue));
            }
        }

        return new EvaluationManifest(side, crops);
    }

    public static EvaluationManifest Read(string path) => JsonSerializer.Deserialize<EvaluationManifest>(File.ReadAllText(path), Format)
        ?? throw new InvalidDataException($"'{path}' is empty.");

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Format) + "\n");
}
