using System.Collections.Frozen;
using System.Text;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>What of a request its responses repeat or need. It is small whatever was sent: it may wait for a client that does not read.</summary>
/// <param name="ModelName">The model's name as the request has it.</param>
/// <param name="ModelVersion">The model's version as the request has it.</param>
/// <param name="Id">The request's id, echoed in every response.</param>
/// <param name="Outputs">Names of the outputs that it wants.</param>
internal sealed record InferenceReply(string ModelName, string ModelVersion, string Id, FrozenSet<string> Outputs)
{
    /// <summary>Most bytes of a text that is echoed; a UUID has 36.</summary>
    public const int MostBytes = 256;

    // At most four bytes a character, and the mark of what was cut.
    private const int ShownOfTooLong = 48;

    /// <summary>Whether the end of its responses is said by an empty one.</summary>
    public bool EmptyFinalResponse { get; init; }

    /// <summary>For a request that is refused unread; of what is too long the beginning.</summary>
    public static InferenceReply Of(Inference.ModelInferRequest message) => new(Shown(message.ModelName), Shown(message.ModelVersion), Shown(message.Id), []);

    /// <summary>Says what is too long to be echoed.</summary>
    public static void Check(Inference.ModelInferRequest message, RequestProblems problems)
    {
        foreach (var (field, text) in new[] { ("model_name", message.ModelName), ("model_version", message.ModelVersion), ("id", message.Id) })
        {
            if (IsTooLong(text))
            {
                problems.Add(field, $"It may have {MostBytes} bytes, but has {Encoding.UTF8.GetByteCount(text)}: every response repeats it.");
            }
        }
    }

    private static string Shown(string text) => IsTooLong(text) ? Cutting.Head(text, ShownOfTooLong) : text;

    private static bool IsTooLong(string text) => Encoding.UTF8.GetByteCount(text) > MostBytes;
}
