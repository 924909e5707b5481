# The slim sweep program: no servers inside, no libc, an ordinary user.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
ARG SOURCE=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=${VERSION} -X main.source=${SOURCE}" -o /out/sweep ./cmd/sweep \
    && mkdir -p /out/home

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/sweep /usr/local/bin/sweep
# Spool files and reports of a worker; mount a volume here to keep them.
COPY --from=build --chown=nonroot:nonroot /out/home /home/nonroot
WORKDIR /home/nonroot
ENV PATH=/usr/local/bin HOME=/home/nonroot
USER nonroot
ENTRYPOINT ["sweep"]
CMD ["--help"]
