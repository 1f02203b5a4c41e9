using System.Text.RegularExpressions;
using System.Xml.Linq;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Deploy.Tests.Images;

/// <summary>
/// Tracked files that a build of a project reads: its folder, the projects that it names, what they import or include from elsewhere, and what the SDK looks for in
/// the folders above. Found by reading and not by building, so that it is quick.
/// </summary>
internal sealed class ProjectNeeds
{
    private static readonly string[] LookedFor = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", ".editorconfig"];

    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<(string File, string Folder)> _read = [];

    /// <param name="project">The project, relative to the root.</param>
    public ProjectNeeds(string project) => ReadProject(project);

    /// <summary>Their paths, relative to the root.</summary>
    public IReadOnlySet<string> Files => _files;

    private void ReadProject(string project)
    {
        var folder = FolderOf(project);
        _files.UnionWith(BuildContext.Tracked.Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal)));
        for (var above = folder; ; above = FolderOf(above))
        {
            foreach (var file in LookedFor.Select(name => above.Length == 0 ? name : $"{above}/{name}").Where(BuildContext.Tracks))
            {
                _files.Add(file);
                Read(file, folder);
            }

            if (above.Length == 0)
            {
                break;
            }
        }

        Read(project, folder);
    }

    // Paths in what a project imports are relative to that file or to the project, as the case may be.
    private void Read(string file, string projectFolder)
    {
        if (!_read.Add((file, projectFolder)) || Path.GetExtension(file) is not (".csproj" or ".props" or ".targets"))
        {
            return;
        }

        var elements = XDocument.Load(Path.Combine(Checkout.Root, file)).Descendants().ToList();
        var values = elements.SelectMany(element => element.Attributes().Select(attribute => attribute.Value)).Concat(elements.Where(element => !element.HasElements).Select(element => element.Value));
        foreach (var path in values.SelectMany(value => value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            foreach (var needed in new[] { FolderOf(file), projectFolder }.Distinct().SelectMany(folder => Named(path, FolderOf(file), folder)).ToList())
            {
                _files.Add(needed);
                if (Path.GetExtension(needed) != ".csproj")
                {
                    Read(needed, projectFolder);
                }
                else if (_read.All(read => read.File != needed))
                {
                    ReadProject(needed);
                }
            }
        }
    }

    private static IEnumerable<string> Named(string value, string fileFolder, string folder)
    {
        var path = value.Replace("$(MSBuildThisFileDirectory)", $"/{fileFolder}/", StringComparison.Ordinal).Replace("$(RepoRoot)", "/", StringComparison.Ordinal);
        if (path.IndexOfAny(['$', '@', '%', '<', '\n', ':']) >= 0 || path is "/" or "*" || path.Length == 0)
        {
            return [];
        }

        var parts = new Stack<string>();
        foreach (var part in (path[0] == '/' ? path : $"{folder}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            if (part != "..")
            {
                parts.Push(part);
            }
            else if (!parts.TryPop(out _))
            {
                return [];
            }
        }

        var full = string.Join('/', parts.Reverse());
        if (!full.Contains('*', StringComparison.Ordinal))
        {
            return BuildContext.Tracks(full) ? [full] : [];
        }

        var expression = Regex.Escape(full).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal);
        return BuildContext.Tracked.Where(file => Regex.IsMatch(file, $"^{expression}$"));
    }

    private static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and var end ? path[..end] : "";
}
