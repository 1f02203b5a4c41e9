using System.CommandLine;
using FlashDiffusion.V1;
using Google.Protobuf;

namespace FlashDiffusion.Cli.Commands;

/// <summary>The forward operator: its name, parameters, mask and noise.</summary>
internal sealed class OperatorOptions
{
    private readonly Option<string[]> _parameters = new("--param")
    {
        Description = "A parameter of the operator, NAME=VALUE; may be repeated. 'flash operators' lists them.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<double?> _noise = new("--noise-std")
    {
        Description = "Standard deviation of the measurement noise on [0,1]; the server's default is 0.05.",
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

    public OperatorOptions(string? defaultName)
    {
        Name = new Option<string>("--operator")
        {
            Description = "What degraded the picture: gaussian_blur, inpainting, denoising, super_resolution; 'flash operators' lists them.",
            HelpName = "NAME",
            Required = defaultName is null,
        };
        if (defaultName is not null)
        {
            Name.DefaultValueFactory = _ => defaultName;
        }
    }

    public Option<string> Name { get; }

    public void AddTo(Command command)
    {
        command.Add(Name);
        command.Add(_parameters);
        command.Add(_noise);
        command.Add(_seed);
        command.Add(_mask);
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

        if (parsed.GetValue(_mask) is { } mask)
        {
            result.Mask = new Picture { Encoded = ByteString.CopyFrom(ReadMask(mask)) };
            result.Parameters.TryAdd("mask_type", new ParameterValue { Text = "user" });
        }

        return result;
    }

    private static byte[] ReadMask(FileInfo file) => file.Exists
        ? File.ReadAllBytes(file.FullName)
        : throw new CliException($"--mask: there is no file {file.FullName}.");
}
