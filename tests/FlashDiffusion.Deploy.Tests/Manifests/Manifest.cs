using k8s;

namespace FlashDiffusion.Deploy.Tests.Manifests;

/// <summary>One document of a manifest.</summary>
/// <param name="File">Where it is from, relative to deploy.</param>
/// <param name="Tree">What it says.</param>
internal sealed record Manifest(string File, object Tree)
{
    /// <summary>Its kind.</summary>
    public string Kind => (string?)YamlTree.At(Tree, "kind") ?? "";

    /// <summary>Group and version of its kind.</summary>
    public string ApiVersion => (string?)YamlTree.At(Tree, "apiVersion") ?? "";

    /// <summary>The documents of a file.</summary>
    public static IEnumerable<Manifest> Load(string file) => Parse(file, DeployFolder.Read(file));

    /// <summary>The documents of a text.</summary>
    public static IEnumerable<Manifest> Parse(string file, string text) => YamlTree.Documents(text).Select(tree => new Manifest(file, tree));

    /// <summary>All manifests for Kubernetes.</summary>
    public static IEnumerable<Manifest> All() => DeployFolder.FilesBelow("kubernetes", "*.yaml").Concat(DeployFolder.FilesBelow("kserve", "*.yaml")).SelectMany(Load);

    /// <summary>What is wrong with it, a line each: by the schema of its kind, or strictly by Kubernetes' own types.</summary>
    public IReadOnlyList<string> Problems() => Schema.Of(Kind) is { } schema
        ? schema.Problems(Tree)
        : FailureOf(() => KubernetesYaml.LoadAllFromString(YamlTree.Text(Tree), null, true)) is { } failure ? [failure] : [];

    /// <summary>The message of the exception that an action throws; null if none.</summary>
    public static string? FailureOf(Func<object?> action)
    {
        try
        {
            _ = action();
            return null;
        }
#pragma warning disable CA1031 // The parser throws what it likes; that it throws is the finding.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception.InnerException?.Message ?? exception.Message;
        }
    }
}
