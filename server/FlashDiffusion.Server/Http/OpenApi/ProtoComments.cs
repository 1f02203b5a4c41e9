using System.Collections.Frozen;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Http.OpenApi;

/// <summary>The comments of the protos by full name: generated code does not carry them, the embedded descriptor set does.</summary>
internal sealed class ProtoComments
{
    private const string Resource = "protos.pb";
    private readonly FrozenDictionary<string, string> _comments;

    public ProtoComments()
    {
        using var stream = typeof(ProtoComments).Assembly.GetManifestResourceStream(Resource)!;
        var comments = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in FileDescriptorSet.Parser.ParseFrom(stream).File)
        {
            foreach (var location in file.SourceCodeInfo.Location.Where(location => location.LeadingComments.Length > 0))
            {
                if (NameOf(file, location.Path) is { } name)
                {
                    comments[$"{file.Package}.{name}"] = string.Join(' ', location.LeadingComments.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
                }
            }
        }

        _comments = comments.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The comment of a message, field, enum, value, service or method; null if it has none.</summary>
    public string? Of(IDescriptor descriptor) => _comments.GetValueOrDefault(descriptor.FullName);

    // descriptor.proto, FileDescriptorProto: message_type = 4 (field = 2), enum_type = 5, service = 6 (method = 2). No message of ours is nested.
    private static string? NameOf(FileDescriptorProto file, RepeatedField<int> path) => path switch
    {
        [4, var message] => file.MessageType[message].Name,
        [4, var message, 2, var field] => $"{file.MessageType[message].Name}.{file.MessageType[message].Field[field].Name}",
        [5, var type] => file.EnumType[type].Name,
        [6, var service] => file.Service[service].Name,
        [6, var service, 2, var method] => $"{file.Service[service].Name}.{file.Service[service].Method[method].Name}",
        _ => null,
    };
}
