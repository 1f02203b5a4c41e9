using FlashDiffusion.Server.Curves;

namespace FlashDiffusion.Server.Tests.Curves;

/// <summary>Where curves are kept, by what is named and what systemd gives.</summary>
public sealed class CurvePlaceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-curves-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("curves.json", "FOLDER", "curves.json")]
    [InlineData("none", "FOLDER", "")]
    [InlineData("", "FOLDER", "FOLDER/step-times.json")]
    [InlineData("", "FOLDER:/other", "FOLDER/step-times.json")]
    [InlineData("", "FOLDER/absent", "")]
    [InlineData("", "FOLDER/absent:FOLDER", "")]
    [InlineData("", "", "")]
    [InlineData("", null, "")]
    public void Of_OptionAndStateFolders_IsOneFileOrNone(string option, string? folders, string expected)
    {
        Assert.Equal(Here(expected), CurvePlace.Of(option, folders is null ? null : Here(folders)));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    private string Here(string text) => text.Replace("FOLDER", _folder.FullName, StringComparison.Ordinal);
}
