using FlashDiffusion.Server.Security.Files;
using FlashDiffusion.Server.Tests.Serving;

namespace FlashDiffusion.Server.Tests.Security;

public sealed class RotatingTests : IDisposable
{
    private readonly SecuredFolder _folder = new();
    private readonly RecordedLog _log = new();

    [Fact]
    public void Refresh_ItsParserThrows_KeepsTheValueAndTakesTheNextOne()
    {
        var path = _folder.Write("keys", "first");
        var keys = new Rotating<string>("keys", [path], (out string problem) => Parse(path, out problem), _log);

        _folder.Write("keys", "secret-torn");
        keys.Refresh();
        keys.Refresh();

        Assert.Equal("first", keys.Current);
        Assert.Equal(1, _log.Text.Split('\n').Count(line => line.Contains("can't be used, what was there before stays: reading them failed with NotSupportedException", StringComparison.Ordinal)));
        Assert.DoesNotContain("secret", _log.Text, StringComparison.Ordinal);
        _folder.Write("keys", "second");
        keys.Refresh();
        Assert.Equal("second", keys.Current);
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    private static string Parse(string path, out string problem)
    {
        problem = "";
        var text = File.ReadAllText(path);
        return text.EndsWith("torn", StringComparison.Ordinal) ? throw new NotSupportedException($"What is '{text}'?") : text;
    }
}
