using System.CommandLine;
using FlashDiffusion.Cli.Demo;
using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Commands;

/// <summary>A clean picture and how much to damage it, for commands that know the truth.</summary>
internal sealed class CleanPictureOptions
{
    private readonly Option<FileInfo?> _image = new("--image")
    {
        Description = "A clean picture, png, jpg or webp; the built-in photograph if not given. Scaled down to twice --size if it is larger, then cropped to its middle.",
        HelpName = "FILE",
    };

    private readonly Option<int> _size;

    private readonly Option<double?> _severity = new Option<double?>("--severity")
    {
        Description = "Damage from 0 (the mildest that the model was trained on) to 1 (the strongest); 0.5 unless --param or --noise-std say it directly.",
        HelpName = "0..1",
    }.Between(0, 1);

    public CleanPictureOptions(int size) => _size = new Option<int>("--size")
    {
        Description = "Side of the square that is cropped, in pixels.",
        HelpName = "PIXELS",
        DefaultValueFactory = _ => size,
    }.Between(1, 4096, "pixels");

    public void AddTo(Command command)
    {
        command.Add(_image);
        command.Add(_size);
        command.Add(_severity);
    }

    public Picture Picture(ParseResult parsed) => DemoPicture.Load(parsed.GetValue(_image), parsed.GetValue(_size));

    public double? Severity(ParseResult parsed) => parsed.GetValue(_severity);
}
