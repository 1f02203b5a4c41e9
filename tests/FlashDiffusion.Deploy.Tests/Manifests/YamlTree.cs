using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace FlashDiffusion.Deploy.Tests.Manifests;

/// <summary>YAML as dictionaries, lists and plain values.</summary>
internal static class YamlTree
{
    private static readonly IDeserializer Deserializer = new DeserializerBuilder().WithDuplicateKeyChecking().WithAttemptingUnquotedStringTypeDeserialization().Build();
    private static readonly ISerializer Serializer = new SerializerBuilder().WithQuotingNecessaryStrings().Build();

    /// <summary>All documents of a text.</summary>
    public static IReadOnlyList<object> Documents(string text)
    {
        var parser = new Parser(new StringReader(text));
        _ = parser.Consume<StreamStart>();
        var documents = new List<object>();
        while (parser.Accept<DocumentStart>(out _))
        {
            documents.Add(Deserializer.Deserialize<object>(parser)!);
        }

        return documents;
    }

    /// <summary>The tree as text again.</summary>
    public static string Text(object tree) => Serializer.Serialize(tree);

    /// <summary>A value below a tree; null if a part of the path is not there.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="path">Keys, and positions in lists.</param>
    public static object? At(object? tree, params ReadOnlySpan<object> path)
    {
        foreach (var part in path)
        {
            tree = tree switch
            {
                IDictionary<object, object> map => map.TryGetValue(part, out var value) ? value : null,
                IList<object> list when part is int position && position < list.Count => list[position],
                _ => null,
            };
        }

        return tree;
    }

    /// <summary>The elements of a list below a tree; none if it is not there.</summary>
    public static IEnumerable<object> List(object? tree, params ReadOnlySpan<object> path) => At(tree, path) as IList<object> ?? [];
}
