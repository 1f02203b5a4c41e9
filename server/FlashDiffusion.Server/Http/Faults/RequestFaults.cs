using System.Text.Json;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Http.OpenApi;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace FlashDiffusion.Server.Http.Faults;

/// <summary>Says why no request could be made of a body or of query parameters; the framework names neither the field nor what it takes.</summary>
internal static class RequestFaults
{
    public static ServerError Of(HttpBinding binding, BodySkeleton body, IQueryCollection query) =>
        binding.HasBody ? OfBody(body, binding.Method.InputType) : OfQuery(query, binding.Method.InputType);

    /// <summary>What is wrong with the request as a whole.</summary>
    public static ServerError Error(string message) => new() { Code = StatusCode.InvalidArgument, Reason = ErrorReasons.InvalidRequest, Message = message };

    private static ServerError OfBody(BodySkeleton body, MessageDescriptor message)
    {
        if (body.IsEmpty)
        {
            return Error($"The body is empty; it must be a {message.Name} as JSON, which {OpenApiRoute.Path} describes.");
        }

        if (body.IsGivenUp)
        {
            return General(message);
        }

        try
        {
            using var document = body.Parse();
            var faults = new MessageFaults();
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                faults.Check("", document.RootElement, message);
                return faults.Error ?? General(message);
            }

            return Error($"A {message.Name} is an object ({{...}}), but the body is something else; {OpenApiRoute.Path} describes it.");
        }
        catch (JsonException exception)
        {
            var place = body.IsShortened ? "" : $", byte {exception.BytePositionInLine + 1}";
            return Error($"The body can't be read as JSON: it goes wrong, or deeper than 64 levels, at line {exception.LineNumber + 1}{place}.");
        }
        catch (InvalidOperationException)
        {
            return Error("The body can't be read as JSON: a text in it is no UTF-8.");
        }
    }

    private static ServerError OfQuery(IQueryCollection query, MessageDescriptor message)
    {
        var faults = new MessageFaults();
        foreach (var (name, values) in query)
        {
            if (MessageFaults.FieldOf(message, name) is not { } field || field.IsMap || (field.FieldType == FieldType.Message && !JsonForm.IsValue(field.MessageType)))
            {
                continue;
            }

            if (values.Count > 1 && !field.IsRepeated)
            {
                faults.AddRepeated(field.Name, values.Count);
            }

            foreach (var value in values)
            {
                // Everything is text there; what else has true and false in quotes is wrong.
                var element = field.FieldType == FieldType.Bool && bool.TryParse(value, out var flag) ? JsonSerializer.SerializeToElement(flag) : JsonSerializer.SerializeToElement(value ?? "");
                faults.Check(field.Name, field.IsRepeated ? JsonSerializer.SerializeToElement(new[] { element }) : element, field);
            }
        }

        return faults.Error ?? General(message);
    }

    private static ServerError General(MessageDescriptor message) => Error($"No {message.Name} can be made of this; {OpenApiRoute.Path} describes it.");
}
