using System.Text;
using FlashDiffusion.Server.Errors;

namespace FlashDiffusion.Server.Tests.Errors;

public sealed class CuttingTests
{
    // Pairs of UTF-16 units at every place where a cut may fall, at even ones and at odd ones.
    [Theory]
    [InlineData("")]
    [InlineData("a")]
    public void Cut_TextOfPairs_KeepsWholeCharacters(string before)
    {
        var text = before + string.Concat(Enumerable.Repeat("\U0001F600", 50));
        for (var longest = 4; longest <= text.Length; longest++)
        {
            foreach (var cut in new[] { Cutting.Head(text, longest), Cutting.Middle(text, longest) })
            {
                Assert.True(cut.Length <= longest + 1, $"{longest}: {cut}");
                Assert.DoesNotContain(Rune.ReplacementChar, cut.EnumerateRunes());
                Assert.True(cut == text || cut.Contains('\u2026', StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Cut_ShortText_StaysAsItIs() => Assert.Equal(("a\u00e4", "a\u00e4"), (Cutting.Head("a\u00e4", 2), Cutting.Middle("a\u00e4", 2)));

    [Fact]
    public void Middle_OfALongText_LeavesOutWhatIsNeitherWrongNorTheCure() => Assert.Equal("abc\u2026ij", Cutting.Middle("abcdefghij", 6));
}
