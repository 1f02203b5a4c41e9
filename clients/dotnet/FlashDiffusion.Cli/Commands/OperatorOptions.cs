using System.CommandLine;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.V1;
using Google.Protobuf;

namespace FlashDiffusion.Cli.Commands;

/// <summary>The forward operator: its name, parameters, mask and noise.</summary>
internal sealed class OperatorOptions
{
    private const string Unit = "unit";
    private const string Signed = "signed";

    private readonly Option<string[]> _parameters = new("--param")
    {
        Description = "A parameter of the operator, NAME=VALUE; may be repeated. 'flash operators' lists them.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<double?> _noise = new("--noise-std")
    {
        Description = "Standard deviation of the measurement noise, on [0,1] unless --noise-range says otherwise; the server's default is 0.05 on [0,1].",
        HelpName = "STD",
    };

    private readonly Option<ulong> _seed = new("--operator-seed")
    {
        Description = "Seed of what is random in the operator, such as a mask: the same to degrade and to reconstruct.",
        HelpName = "SEED",
    };

    private readonly Option<FileInfo?> _mask = new("--mask")
    {
        Description = "A picture of the measurement's size as mask: black removes, white keeps. Implies --param mask_type=user.",
        HelpName = "FILE",
    };

    private readonly Option<string> _noiseRange = new("--noise-range")
    {
        Description = "Range of pictures for which --noise-std is meant: unit is [0,1] (the paper), signed is [-1,1] (DPS, PSLD, ReSample, DAPS).",
        DefaultValueFactory = _ => Unit,
    };

    private readonly Option<FileInfo?> _kernel = new("--kernel")
    {
        Description = "A blur kernel for an operator that takes one: a two-dimensional .npy of float32, or a picture whose brightness is the kernel.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _pictureSize = new("--picture-size")
    {
        Description = "Size of the picture, where a measurement does not tell it (compressed_sensing, phase_retrieval).",
        HelpName = "HxW",
    };

    public OperatorOptions(string? defaultName)
    {
        Name = new Option<string>("--operator")
        {
            Description = "What degraded the picture: gaussian_blur, inpainting, motion_blur, ...; 'flash operators' lists them.",
            HelpName = "NAME",
            Required = defaultName is null,
        };
        if (defaultName is not null)
        {
            Name.DefaultValueFactory = _ => defaultName;
        }

        _noiseRange.AcceptOnlyFromAmong(Unit, Signed);
    }

    public Option<string> Name { get; }

    public void AddTo(Command command)
    {
        command.Add(Name);
        command.Add(_parameters);
        command.Add(_noise);
        command.Add(_seed);
        command.Add(_mask);
        command.Add(_noiseRange);
        command.Add(_kernel);
        command.Add(_pictureSize);
    }

    public ForwardOperator Read(ParseResult parsed)
    {
        var result = new ForwardOperator { Name = parsed.GetRequiredValue(Name), Seed = parsed.GetValue(_seed) };
        foreach (var (name, value) in ParameterOption.Parse("--param", parsed.GetValue(_parameters) ?? []))
        {
            result.Parameters[name] = value;
        }

        if (parsed.GetValue(_noise) is { } noise)
        {
            result.NoiseStd = noise;
        }

        if (parsed.GetValue(_noiseRange) == Signed)
        {
            result.NoiseRange = NoiseRange.Signed;
        }

        if (parsed.GetValue(_kernel) is { } kernel)
        {
            result.Kernel = MeasurementFile.ReadKernel(kernel);
        }

        if (parsed.GetValue(_pictureSize) is { } size)
        {
            result.PictureSize = PictureSizeOption.Parse("--picture-size", size);
        }

        if (parsed.GetValue(_mask) is { } mask)
        {
            result.Mask = new Picture { Encoded = ByteString.CopyFrom(ReadMask(mask)) };
            result.Parameters.TryAdd("mask_type", new ParameterValue { Text = "user" });
        }

        return result;
    }

    private static byte[] ReadMask(FileInfo file) => file.Exists
        ? File.ReadAllBytes(file.FullName)
        : throw CliException.Usage($"--mask: there is no file {file.FullName}.");
}
