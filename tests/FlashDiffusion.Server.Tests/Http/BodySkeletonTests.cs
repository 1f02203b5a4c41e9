using System.Text;
using System.Text.Json;
using FlashDiffusion.Server.Http.Faults;
using FlashDiffusion.Server.Http.OpenApi;
using Microsoft.AspNetCore.Http;

namespace FlashDiffusion.Server.Tests.Http;

public sealed class BodySkeletonTests
{
    private const int Large = 300_000;

    public static TheoryData<string, string, string?> Pictures => new()
    {
        { "slashes", Repeated("AAA\\/"), null },
        { "lines", Repeated("AAAAAAAA\\n"), null },
        { "lines of Windows, and tabs", Repeated("AAAA\\r\\n\\t"), null },
        { "blanks", Repeated("AAAA "), null },
        { "characters by their number", Repeated("AAA\\u002b"), null },
        { "a quote", Repeated("AAAA") + "\\\"", "base64" },
        { "a backslash", Repeated("AAAA") + "\\\\", "base64" },
        { "no such escape", Repeated("AAAA") + "\\x", "JSON" },
    };

    [Theory]
    [MemberData(nameof(Pictures), DisableDiscoveryEnumeration = true)]
    public void Picture_LargeAndEscaped_IsShortAndNoMoreWrongThanItWas(string what, string text, string? wrong)
    {
        // In pieces of any size, in whose midst escapes are torn apart.
        foreach (var piece in new[] { 1, 7, 4096, int.MaxValue })
        {
            var body = Read($$"""{"measurement":{"encoded":"{{text}}"},"mode":"NOPE"}""", piece);

            Assert.False(body.IsGivenUp, what);
            var said = RequestFaults.Of(new HttpBinding(V1.ReconstructionService.Descriptor.FindMethodByName("Reconstruct"), "post", "/v1/reconstructions", HasBody: true), body, new QueryCollection()).Message;
            Assert.Contains(wrong ?? "COMPUTE_MODE_EXACT", said, StringComparison.Ordinal);
            Assert.Equal(wrong == "base64", said.Contains("measurement.encoded", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Blanks_BeyondWhatIsKept_LeaveTheLines()
    {
        var body = Read("{\n" + new string(' ', Large) + "\n\t\"seed\" 1}", 4096);

        Assert.True(body.IsShortened);
        Assert.Equal(2, Assert.ThrowsAny<JsonException>(() => body.Parse()).LineNumber);
    }

    private static string Repeated(string text) => string.Concat(Enumerable.Repeat(text, Large / text.Length / 4 * 4));

    private static BodySkeleton Read(string json, int piece)
    {
        var body = new BodySkeleton();
        foreach (var part in Encoding.UTF8.GetBytes(json).Chunk(piece))
        {
            body.Append(part);
        }

        return body;
    }
}
