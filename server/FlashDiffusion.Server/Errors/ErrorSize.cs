using System.Collections.Immutable;

namespace FlashDiffusion.Server.Errors;

/// <summary>
/// Keeps an error small enough to travel: statuses go in headers, of which many clients and proxies take 8 KiB. What a request repeats
/// or names without end must not come back without end.
/// </summary>
internal static class ErrorSize
{
    private const int LongestMessage = 1200;
    private const int LongestText = 500;
    private const int LongestName = 160;
    private const int AllViolations = 2400;

    public static ServerError Limit(ServerError error) => error with
    {
        Message = Cut(error.Message, LongestMessage),
        Violations = Fitting(error.Violations),
        Missing = [.. error.Missing.Take(4).Select(missing => missing with { Name = Cut(missing.Name, LongestName), Description = Cut(missing.Description, LongestText) })],
        Precondition = error.Precondition is { } subject ? Cut(subject, LongestName) : null,
    };

    private static ImmutableArray<FieldViolation> Fitting(ImmutableArray<FieldViolation> violations)
    {
        var fitting = ImmutableArray.CreateBuilder<FieldViolation>();
        var length = 0;
        foreach (var violation in violations)
        {
            var shorter = new FieldViolation(Cut(violation.Field, LongestName), Cut(violation.Description, LongestText));
            length += shorter.Field.Length + shorter.Description.Length;
            if (length > AllViolations && fitting.Count > 0)
            {
                break;
            }

            fitting.Add(shorter);
        }

        return fitting.ToImmutable();
    }

    // Out of the middle: what is wrong stands at the beginning, how to fix it at the end.
    private static string Cut(string text, int longest) => text.Length <= longest ? text : $"{text.AsSpan(0, longest / 2)}…{text.AsSpan(text.Length - (longest / 2) + 1)}";
}
