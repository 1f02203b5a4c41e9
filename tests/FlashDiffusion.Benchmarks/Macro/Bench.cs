using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro;

/// <summary>What figures measure with.</summary>
/// <param name="options">Options of the run.</param>
internal sealed class Bench(MacroOptions options)
{
    private PictureManifest? _manifest;

    public MacroOptions Options => options;

    /// <summary>The fixed list of pictures and degradations.</summary>
    public PictureManifest Manifest => _manifest ??= PictureManifest.Read(options);

    /// <summary>One of two sizes.</summary>
    public T Size<T>(T quick, T full) => options.Quick ? quick : full;

    /// <summary>Starts a server with room for everything that a figure sends at once.</summary>
    public Task<BenchServer> StartAsync(params ReadOnlySpan<string> arguments) => BenchServer.StartAsync(["--queue=512", .. options.Server, .. arguments]);

    /// <summary>The same with variables of its environment.</summary>
    public Task<BenchServer> StartAsync(IReadOnlyDictionary<string, string> environment, params ReadOnlySpan<string> arguments) =>
        BenchServer.StartAsync(["--queue=512", .. options.Server, .. arguments], environment);

    /// <summary>A file beside the JSON object.</summary>
    public string Beside(string name) => Path.Combine(Path.GetDirectoryName(options.Output) ?? ".", name);
}
