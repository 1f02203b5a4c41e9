using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Geometry;
using FlashDiffusion.Trainer.Photographs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>The crops of a manifest, cut from their pictures.</summary>
internal sealed class CropSet
{
    private CropSet(IReadOnlyList<EvaluationCrop> crops, IReadOnlyList<Picture> pictures, int side)
    {
        Crops = crops;
        Pictures = pictures;
        Side = side;
        Clusters = [.. crops.Select(crop => crops.Select(other => other.Picture).Distinct().ToList().IndexOf(crop.Picture))];
    }

    public IReadOnlyList<EvaluationCrop> Crops { get; }

    /// <summary>The clean crops on [0,1].</summary>
    public IReadOnlyList<Picture> Pictures { get; }

    /// <summary>For each crop, the number of the picture that it was cut from.</summary>
    public IReadOnlyList<int> Clusters { get; }

    public int Side { get; }

    public int Count => Crops.Count;

    public static CropSet Load(EvaluationManifest manifest, string folder, int limit)
    {
        var cache = new Dictionary<string, Picture>();
        var crops = manifest.Crops.Take(limit).ToList();
        var cut = crops.Select(crop =>
        {
            if (!cache.TryGetValue(crop.Picture, out var picture))
            {
                cache[crop.Picture] = picture = PhotographFolder.Read(Path.Combine(folder, crop.Picture));
            }

            return picture.Window(crop.Left, crop.Top, manifest.Side, manifest.Side);
        });
        return new CropSet(crops, [.. cut], manifest.Side);
    }

    /// <summary>Some of the crops, (B, 3, H, W) in [-1,1].</summary>
    public Tensor Tensor(IReadOnlyList<int> indices)
    {
        var length = Picture.Channels * Side * Side;
        var values = new float[indices.Count * length];
        for (var row = 0; row < indices.Count; row++)
        {
            var pixels = Pictures[indices[row]].Pixels;
            for (var i = 0; i < length; i++)
            {
                values[(row * length) + i] = (2 * pixels[i]) - 1;
            }
        }

        return tensor(values, [indices.Count, Picture.Channels, Side, Side]);
    }

    /// <summary>Row <paramref name="row"/> of pictures in [-1,1] as a picture on [0,1], unclipped.</summary>
    public static Picture ToPicture(Tensor pictures, int row)
    {
        using var scope = NewDisposeScope();
        var values = (pictures[row].contiguous() * 0.5f) + 0.5f;
        return Picture.FromPlanar((int)pictures.shape[3], (int)pictures.shape[2], values.data<float>().ToArray());
    }
}
