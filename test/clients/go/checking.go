package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"reflect"

	"github.com/aws/smithy-go"
)

// Of everything that is made.
var name = "go-" + rand.Text()[:6]

var failures int

func check(what string, passed bool, found any) {
	if passed {
		fmt.Println("ok    " + what)
		return
	}
	failures++
	fmt.Printf("FAIL  %s: %+v\n", what, found)
}

func same[T any](what string, found, expected T) {
	check(what, reflect.DeepEqual(found, expected), fmt.Sprintf("%+v, not %+v", found, expected))
}

// must gives what a call answered. What comes after a call that failed has nothing to stand on.
func must[T any](answer T, err error) T {
	if err != nil {
		fmt.Println("FAIL  ", err)
		os.Exit(1)
	}
	return answer
}

// refused holds when the error has the type that the SDK makes of AWS's code, and the code itself.
func refused[E error](code string, err error) {
	var typed E
	what := fmt.Sprintf("%s as %T", code, typed)
	check(what, errors.As(err, &typed) && codeOf(err) == code, err)
}

// refusedBy is for the codes that no type stands for.
func refusedBy(code string, err error) {
	check(code, codeOf(err) == code, err)
}

func codeOf(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	return api.ErrorCode()
}
