using System.Collections.Immutable;
using System.Text.Json;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.Geometry;

namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>A fixed list of crops, so that figures of different days and programs compare. Levels of damage are spread evenly, operators take turns.</summary>
/// <param name="Side">Height and width of every crop in pixels.</param>
/// <param name="Solver">Solver by its name in the catalog.</param>
/// <param name="Crops">The crops.</param>
internal sealed record PictureManifest(int Side, string Solver, ImmutableArray<ManifestCrop> Crops)
{
    private const string BuiltIn = "macaws.png";
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Dictionary<string, Picture> _pictures = [];

    /// <summary>Name of its file.</summary>
    public string Name { get; private init; } = "";

    private string? Folder { get; init; }

    /// <summary>Reads the manifest that the options name, or the committed one that fits the pictures.</summary>
    /// <exception cref="InvalidDataException">The file is no manifest.</exception>
    public static PictureManifest Read(MacroOptions options)
    {
        var path = options.Manifest ?? Path.Combine(AppContext.BaseDirectory, "Manifests", options.Pictures is null ? "built-in.json" : "kodak.json");
        var manifest = JsonSerializer.Deserialize<PictureManifest>(File.ReadAllText(path), Format) ?? throw new InvalidDataException($"'{path}' is empty.");
        return manifest with { Name = Path.GetFileName(path), Folder = options.Pictures };
    }

    /// <summary>The clean pixels of a crop.</summary>
    public Picture Cut(ManifestCrop crop)
    {
        if (!_pictures.TryGetValue(crop.Picture, out var picture))
        {
            _pictures[crop.Picture] = picture = crop.Picture == BuiltIn ? BuiltInPhotograph.Whole() : Load(crop.Picture);
        }

        return picture.Window(crop.Left, crop.Top, Side, Side);
    }

    private Picture Load(string name)
    {
        var path = Path.Combine(Folder ?? throw new InvalidOperationException($"The manifest names '{name}': say with --pictures where it lies."), name);
        return PictureCodec.Decode(File.ReadAllBytes(path)).TryGet(out var picture, out var refusal)
            ? picture
            : throw new InvalidDataException($"'{path}': {refusal.Message}");
    }
}
