using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Resume;
using FlashDiffusion.Server.Security.Files;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace FlashDiffusion.Server.Tests.Resume;

/// <summary>The keys of resume tokens in a file that changes while the server runs.</summary>
public sealed class ResumeKeysFileTests : IDisposable
{
    private static readonly byte[] Payload = [1, 2, 3];
    private static readonly string Old = ResumeScene.Key(1);
    private static readonly string New = ResumeScene.Key(2);
    private readonly SecuredFolder _folder = new();
    private readonly RecordedLog _log = new();

    private string File => _folder.PathOf("keys");

    [Fact]
    public void Rotation_InThreeSteps_OpensWhatItSealedUntilTheOldKeyIsGone()
    {
        var (seal, file) = Keyring(Old);
        var token = seal.Seal(Payload);

        Write(file, $"{Old}\n{New}\n");
        Assert.NotNull(seal.Open(token));
        // Only read so far: a replica that has not seen the file yet still opens what is sealed now.
        Assert.NotNull(new ResumeScene(Old).Seal.Open(seal.Seal(Payload)));

        Write(file, $"# the new one seals\n{New}\r\n\n{Old}\n");
        var fresh = seal.Seal(Payload);
        Assert.NotNull(seal.Open(token));
        Assert.NotNull(new ResumeScene(New).Seal.Open(fresh));
        Assert.Null(new ResumeScene(Old).Seal.Open(fresh));

        Write(file, New);
        Assert.Null(seal.Open(token));
        Assert.NotNull(seal.Open(fresh));
    }

    [Theory]
    [InlineData("", "it has no key")]
    [InlineData("# nothing but a comment", "it has no key")]
    [InlineData("c2hvcnQ=", "line 1 must be base64")]
    [InlineData("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\nnot a key", "line 2 must be base64")]
    [InlineData("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "line 2 has a key")]
    public void File_ThatCannotBeUsed_KeepsTheOldKeysAndIsLoggedWithoutAnyKey(string text, string said)
    {
        var (seal, file) = Keyring(Old);
        var token = seal.Seal(Payload);

        Write(file, text);

        Assert.NotNull(seal.Open(token));
        Assert.NotNull(new ResumeScene(Old).Seal.Open(seal.Seal(Payload)));
        Assert.Contains("what was there before stays", _log.Text, StringComparison.Ordinal);
        Assert.Contains(said, _log.Text, StringComparison.Ordinal);
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.DoesNotContain(line, _log.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void File_ThatIsGone_KeepsTheOldKeys()
    {
        var (seal, file) = Keyring(Old);
        var token = seal.Seal(Payload);

        System.IO.File.Delete(File);
        file.Refresh();

        Assert.NotNull(seal.Open(token));
        Assert.Contains("there is no such file", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_FileAndOtherFaults_AreAllSaidAtOnce()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Resume:KeysFile"] = _folder.Write("keys", "no key"), ["Resume:Key"] = Old, ["Resume:TokenLifetimeSeconds"] = "0", ["Server:GrpcPort"] = "70000",
        };

        var errors = OptionSections.Errors(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

        Assert.Equal(4, errors.Count);
        Assert.Contains(errors, error => error.Contains("Resume:KeysFile: '", StringComparison.Ordinal) && error.Contains("line 1 must be", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("instead of Resume:Key", StringComparison.Ordinal));
        Assert.DoesNotContain(errors, error => error.Contains(Old, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private (ResumeSeal Seal, Rotating<ResumeKeys> File) Keyring(string text)
    {
        _folder.Write("keys", text);
        var file = new Rotating<ResumeKeys>("keys of resume tokens", [File], (out string problem) => FileContent.Read(File, ResumeKeys.Parse, out problem), _log.CreateLogger(""));
        var options = new FixedOptions<ResumeOptions>(new ResumeOptions { KeysFile = File });
        return (new ResumeSeal(new ResumeKeyring(options, NullLogger<ResumeKeyring>.Instance, file)), file);
    }

    private void Write(Rotating<ResumeKeys> file, string text)
    {
        _folder.Write("keys", text);
        file.Refresh();
    }
}
