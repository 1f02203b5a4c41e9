namespace FlashDiffusion.Benchmarks;

/// <summary>The checkout that this was built in.</summary>
internal static class Checkout
{
    /// <summary>Its folder; the working directory if this was copied elsewhere.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FlashDiffusion.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Environment.CurrentDirectory;
    }
}
